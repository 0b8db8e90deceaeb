import type {Console} from '../src/console/console.ts';
import {App} from './app.tsx';
import {type Shown, type ShowOptions, show} from './show.ts';
import {colorTheme, monoTheme} from './theme.tsx';

export interface OpenOptions extends ShowOptions {
  readonly hasColor: boolean;
  readonly isAscii: boolean;
}

/** Shows a console in a terminal. */
export function open(model: Console, {hasColor, isAscii, ...options}: OpenOptions): Shown {
  const theme = {...(hasColor ? colorTheme : monoTheme), ascii: isAscii};
  return show(<App model={model} theme={theme} />, options);
}
