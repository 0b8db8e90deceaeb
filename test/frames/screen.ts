import {Terminal} from '@xterm/headless';
import stringWidth from 'string-width';

/** One cell of the terminal as it is seen. */
export interface ScreenCell {
  readonly text: string;
  /** 0 is the second half of a wide character. */
  readonly width: number;
  /** Of the 16 colours by number; null is the terminal's own. */
  readonly foreground: number | null;
  readonly background: number | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
  readonly underline: boolean;
}

/** A terminal without a window, that draws what a program writes: what is read back is what the operator sees. */
export class Screen {
  readonly #terminal: Terminal;

  constructor(columns: number, rows: number) {
    this.#terminal = new Terminal({
      cols: columns,
      rows,
      // The line discipline of a real terminal makes a carriage return of it too.
      convertEol: true,
      allowProposedApi: true,
    });
    // What xterm knows by itself is Unicode 6, where emoji are narrow.
    this.#terminal.unicode.register({version: 'current', wcwidth: cellsOf, charProperties});
    this.#terminal.unicode.activeVersion = 'current';
  }

  /** Calls back once the text is on the screen. */
  write(text: string, done: () => void): void {
    this.#terminal.write(text, done);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** Clears all that is right of and below the size given. */
  eraseOutside(columns: number, rows: number): void {
    const right = Array.from({length: rows}, (_, row) => `\x1b[${row + 1};${columns + 1}H\x1b[K`).join('');
    this.#terminal.write(`\x1b7${right}\x1b[${rows + 1};1H\x1b[J\x1b8`);
  }

  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  /** Without the spaces at the end of lines and the empty lines at the end of the screen. */
  lines(): readonly string[] {
    const lines = this.#rows().map(line => line.translateToString(true, 0, this.#terminal.cols).trimEnd());
    return lines.slice(0, lines.findLastIndex(line => line !== '') + 1);
  }

  cells(): readonly (readonly ScreenCell[])[] {
    return this.#rows().map(line =>
      Array.from({length: this.#terminal.cols}, (_, column) => line.getCell(column))
        .filter(cell => cell !== undefined)
        .map(cell => ({
          text: cell.getChars(),
          width: cell.getWidth(),
          foreground: cell.isFgDefault() ? null : cell.getFgColor(),
          background: cell.isBgDefault() ? null : cell.getBgColor(),
          bold: cell.isBold() !== 0,
          dim: cell.isDim() !== 0,
          inverse: cell.isInverse() !== 0,
          underline: cell.isUnderline() !== 0,
        })),
    );
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  /** xterm keeps what it no longer shows at the end of a line; readers cut it off. */
  #rows() {
    const {active} = this.#terminal.buffer;
    return Array.from({length: this.#terminal.rows}, (_, row) => active.getLine(active.baseY + row)).filter(
      line => line !== undefined,
    );
  }
}

/** A screen asks it of each of its cells, and knows some hundred characters. */
const cells = new Map<number, 0 | 1 | 2>();

function cellsOf(codePoint: number): 0 | 1 | 2 {
  const known = cells.get(codePoint);
  if (known !== undefined) return known;
  const width = stringWidth(String.fromCodePoint(codePoint));
  const counted = width >= 2 ? 2 : width === 1 ? 1 : 0;
  cells.set(codePoint, counted);
  return counted;
}

/** As xterm packs it: whether the character joins the cell before it (bit 0), and the width (bits 1 and 2). */
function charProperties(codePoint: number, preceding: number): number {
  const width = cellsOf(codePoint);
  const before = (preceding >> 1) & 3;
  const joins = width === 0 && preceding !== 0 && before !== 0;
  return joins ? (Math.max(width, before) << 1) | 1 : width << 1;
}
