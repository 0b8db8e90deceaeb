import type {Cell, Colour} from '../support/cell.ts';

/** A quiet dark terminal that stands off from a light page and from a dark one; every colour has a contrast above 4.5. */
export const background = '#1d1f24';
const foreground = '#d8dbe2';

const ansi = [
  ['#8b919e', '#f0716e', '#7cc77f', '#e0b45c', '#79a8f0', '#cf8fe0', '#5fc4ca', '#d8dbe2'],
  ['#a0a6b2', '#ff8f8b', '#98dd9a', '#f2cb7d', '#9bc0ff', '#e2abf0', '#84dde2', '#ffffff'],
].flat();

export interface Paint {
  readonly ink: string;
  /** Null where the picture's own background shows. */
  readonly paper: string | null;
}

export function paintOf({fg, bg, inverse}: Cell): Paint {
  const ink = fg.kind === 'default' ? foreground : hex(fg);
  const paper = bg.kind === 'default' ? null : hex(bg);
  return inverse ? {ink: paper ?? background, paper: ink} : {ink, paper};
}

function hex(colour: Exclude<Colour, {kind: 'default'}>): string {
  if (colour.kind === 'rgb') return hexOf(colour.rgb);
  const {index} = colour;
  const named = ansi[index];
  if (named !== undefined) return named;
  if (index >= 232) return hexOf((8 + (index - 232) * 10) * 0x010101);
  const step = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return hexOf(
    step(Math.floor(cube / 36)) * 0x10000 + step(Math.floor(cube / 6) % 6) * 0x100 + step(cube % 6),
  );
}

function hexOf(rgb: number): string {
  return `#${rgb.toString(16).padStart(6, '0')}`;
}
