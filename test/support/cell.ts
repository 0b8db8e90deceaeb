import type {IBufferCell, Terminal} from '@xterm/headless';

/** A colour as the program named it: one of the palette's 256, or 0xRRGGBB. */
export type Colour =
  | {readonly kind: 'default'}
  | {readonly kind: 'palette'; readonly index: number}
  | {readonly kind: 'rgb'; readonly rgb: number};

/** One cell of the screen; the second half of a wide character has the width 0 and no text. */
export interface Cell {
  readonly text: string;
  readonly width: number;
  readonly fg: Colour;
  readonly bg: Colour;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

/** The visible rows, each as many cells as the terminal has columns. */
export function cellsOf(terminal: Terminal): readonly (readonly Cell[])[] {
  const buffer = terminal.buffer.active;
  return Array.from({length: terminal.rows}, (_, row) => {
    const line = buffer.getLine(buffer.baseY + row);
    return Array.from({length: terminal.cols}, (_, column) => cellOf(line?.getCell(column)));
  });
}

const plain: Colour = {kind: 'default'};

function cellOf(cell: IBufferCell | undefined): Cell {
  const is = (attribute: number | undefined) => attribute !== undefined && attribute !== 0;
  return {
    text: cell?.getChars() ?? '',
    width: cell?.getWidth() ?? 1,
    fg: cell === undefined ? plain : colourOf(cell.isFgPalette(), cell.isFgRGB(), cell.getFgColor()),
    bg: cell === undefined ? plain : colourOf(cell.isBgPalette(), cell.isBgRGB(), cell.getBgColor()),
    bold: is(cell?.isBold()),
    dim: is(cell?.isDim()),
    italic: is(cell?.isItalic()),
    underline: is(cell?.isUnderline()),
    inverse: is(cell?.isInverse()),
  };
}

function colourOf(isPalette: boolean, isRgb: boolean, value: number): Colour {
  if (isPalette) return {kind: 'palette', index: value};
  return isRgb ? {kind: 'rgb', rgb: value} : plain;
}
