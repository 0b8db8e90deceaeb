/**
 * Lines and blocks drawn as shapes that meet at the edges of their cells: as letters of a font they leave gaps between
 * rows, and no two fonts agree on where.
 */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: string;
}

/** For a box-drawing or block character its shape; for any other null, and it is written as text. */
export function shapeOf(text: string, place: Place): string | null {
  const block = blocks[text];
  if (block !== undefined) return rectangle(block, place);
  const ends = lines[text];
  return ends === undefined ? null : strokes(ends, rounded.includes(text), place);
}

/** The share of the cell that is filled: from the left or from the bottom, and how densely. */
interface Block {
  readonly across: number;
  readonly up: number;
  readonly density: number;
}

const blocks: Readonly<Record<string, Block>> = {
  ...Object.fromEntries([...'▁▂▃▄▅▆▇█'].map((text, at) => [text, {across: 1, up: (at + 1) / 8, density: 1}])),
  ...Object.fromEntries([...'▏▎▍▌▋▊▉'].map((text, at) => [text, {across: (at + 1) / 8, up: 1, density: 1}])),
  ...Object.fromEntries([...'░▒▓'].map((text, at) => [text, {across: 1, up: 1, density: (at + 1) / 4}])),
};

function rectangle({across, up, density}: Block, {x, y, width, height, fill}: Place): string {
  const opacity = density === 1 ? '' : ` fill-opacity="${density}"`;
  const tall = height * up;
  return `<rect x="${x}" y="${y + height - tall}" width="${width * across}" height="${tall}" fill="${fill}"${opacity}/>`;
}

/** Which edges a line goes to from the middle: up, right, down, left. */
const lines: Readonly<Record<string, string>> = {
  '─': 'rl',
  '│': 'ud',
  '╭': 'rd',
  '╮': 'dl',
  '╯': 'ul',
  '╰': 'ur',
  '┌': 'rd',
  '┐': 'dl',
  '┘': 'ul',
  '└': 'ur',
  '├': 'urd',
  '┤': 'udl',
  '┬': 'rdl',
  '┴': 'url',
  '┼': 'urdl',
};
const rounded = '╭╮╯╰';

function strokes(ends: string, isRounded: boolean, {x, y, width, height, fill}: Place): string {
  const middle = `${x + width / 2} ${y + height / 2}`;
  const edges: Readonly<Record<string, string>> = {
    u: `${x + width / 2} ${y}`,
    r: `${x + width} ${y + height / 2}`,
    d: `${x + width / 2} ${y + height}`,
    l: `${x} ${y + height / 2}`,
  };
  const points = [...ends].map(end => edges[end] ?? middle);
  const path = isRounded
    ? `M${points[0]}Q${middle} ${points[1]}`
    : points.map(point => `M${point}L${middle}`).join('');
  return `<path d="${path}" stroke="${fill}" fill="none"/>`;
}
