import {onTimer} from '../src/console/coalescer.ts';
import type {Console} from '../src/console/console.ts';
import {Speaker} from '../src/console/spoken/speaker.ts';
import {App} from './app.tsx';
import {type Shown, type ShowOptions, show} from './show.ts';
import {SpokenApp} from './spoken-app.tsx';
import {colorTheme, monoTheme} from './theme.tsx';

export interface OpenOptions extends ShowOptions {
  readonly hasColor: boolean;
  readonly isAscii: boolean;
}

/** Shows a console in a terminal, or says it where a screen reader listens. */
export function open(model: Console, {hasColor, isAscii, ...options}: OpenOptions): Shown {
  if (options.spoken) return openSpoken(model, isAscii, options);
  const theme = {...(hasColor ? colorTheme : monoTheme), ascii: isAscii};
  return show(<App model={model} theme={theme} />, options);
}

function openSpoken(model: Console, isAscii: boolean, options: ShowOptions): Shown {
  const {stdout} = options;
  const speaker = new Speaker({
    store: model.store,
    write: text => stdout.write(text),
    columns: () => stdout.columns,
    isAscii,
    schedule: onTimer,
  });
  const shown = show(<SpokenApp model={model} speaker={speaker} />, options);
  return {
    ...shown,
    suspend: run => speaker.quietly(() => shown.suspend(run)),
    redraw: () => speaker.again(),
  };
}
