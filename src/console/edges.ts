import type {Line} from './line.ts';
import {fitLine, lineWidth} from './text.ts';

/** The rows at the edges of a screen and of its panels, each exactly as wide as asked. */

/** One line at the left, one at the right; where both don't fit, the left one is cut. */
export function spread(left: Line, right: Line, width: number): Line {
  const taken = lineWidth(right);
  if (taken === 0) return fitLine(left, width);
  const room = width - taken;
  if (room < 2) return fitLine(right, width);
  return [...fitLine(left, room - 1), {text: ' '}, ...right];
}

/** As many hints as fit, two spaces apart; the last one (`? keys`) is there in any case. */
export function hintLine(hints: readonly Line[], width: number): Line {
  const last = hints.at(-1);
  if (last === undefined) return fitLine([], width);
  let room = width - 1 - lineWidth(last);
  const kept: Line[] = [];
  for (const hint of hints.slice(0, -1)) {
    room -= lineWidth(hint) + 2;
    if (room < 0) break;
    kept.push(hint);
  }
  return fitLine(
    [
      {text: ' '},
      ...[...kept, last].flatMap((hint, index) => (index === 0 ? hint : [{text: '  '}, ...hint])),
    ],
    width,
  );
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a panel has for its content: a border takes two rows and four columns, its padding included. */
export function panelContent({width, height}: Size, isBordered: boolean): Size {
  return isBordered
    ? {width: Math.max(0, width - 4), height: Math.max(0, height - 2)}
    : {width, height: Math.max(0, height - 1)};
}

/** `╭ Coverage ──────── 1 h old ─╮`; where there is no room for both, the note is left out, then the title is cut. */
export function panelTop(title: string, note: string, width: number, isBordered: boolean): Line {
  const strong: Line = [{text: title, tone: 'strong'}];
  if (!isBordered) return spread(strong, note === '' ? [] : [{text: note}], width);
  if (width < 6) return fitLine([dim(`╭${'─'.repeat(Math.max(0, width - 2))}╮`)], width);
  const left = title === '' ? [] : [dim(' '), ...shortened(strong, width - 5), dim(' ')];
  const right = note === '' ? [] : [{text: ` ${note} `}, dim('─')];
  const rest = width - 2 - lineWidth(left);
  const shown = lineWidth(right) < rest ? right : [];
  return [dim('╭'), ...left, dim('─'.repeat(rest - lineWidth(shown))), ...shown, dim('╮')];
}

function shortened(line: Line, most: number): Line {
  return lineWidth(line) <= most ? line : fitLine(line, most);
}

function dim(text: string) {
  return {text, tone: 'dim'} as const;
}
