/**
 * What screens are made of: lines of spans, each a text with a tone. Selectors make them as pure data, one row of the
 * terminal each; a widget draws them, with colours where the terminal has them, in ASCII where it has no more.
 */

export const tones = ['strong', 'dim', 'good', 'warn', 'bad', 'accent', 'bar', 'track'] as const;
/** What a text means, which the theme turns into a colour; nothing is told by the tone alone. */
export type Tone = (typeof tones)[number];

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

export type Line = readonly Span[];
