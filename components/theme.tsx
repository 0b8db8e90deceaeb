import type {TextProps} from 'ink';
import {createContext, useContext} from 'react';
import {asciiOf} from '../src/console/ascii.ts';
import type {Tone} from '../src/console/line.ts';
import {safeText} from '../src/console/text.ts';

/**
 * What a tone looks like. Foreground and background are the terminal's own; accents are those of its 16 colours that
 * are read on light and on dark. In the mono theme only weight tells tones apart, so every text says by itself what
 * it means.
 */
export interface Theme {
  readonly tones: Readonly<Record<Tone, TextStyle>>;
  /** Whether all text is drawn in ASCII, cell by cell. */
  readonly ascii: boolean;
}

export type TextStyle = Pick<TextProps, 'color' | 'bold' | 'dimColor'>;

export const colorTheme: Theme = {
  tones: {
    strong: {bold: true},
    dim: {dimColor: true},
    good: {color: 'green'},
    warn: {color: 'magenta'},
    bad: {color: 'red', bold: true},
    accent: {color: 'cyan'},
    bar: {color: 'cyan'},
    track: {dimColor: true},
  },
  ascii: false,
};

/** For NO_COLOR and `--theme mono`. */
export const monoTheme: Theme = {
  tones: {
    strong: {bold: true},
    dim: {dimColor: true},
    good: {},
    warn: {bold: true},
    bad: {bold: true},
    accent: {},
    bar: {},
    track: {dimColor: true},
  },
  ascii: false,
};

const ThemeContext = createContext<Theme>(colorTheme);
export const ThemeProvider = ThemeContext.Provider;

export function useTheme(): Theme {
  return useContext(ThemeContext);
}

/** A text as the terminal gets it: nothing reaches it that isn't printable, or that it has no glyph for. */
export function drawn(text: string, {ascii}: Theme): string {
  return ascii ? asciiOf(safeText(text)) : safeText(text);
}
