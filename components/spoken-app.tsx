import {useInput, usePaste} from 'ink';
import {useEffect} from 'react';
import type {Console} from '../src/console/console.ts';
import type {Speaker} from '../src/console/spoken/speaker.ts';
import {strokesOf} from '../src/console/strokes.ts';

export interface SpokenAppProps {
  readonly model: Console;
  readonly speaker: Speaker;
}

/**
 * The console for a screen reader. Ink reads its keys and draws nothing: lines go straight to the terminal, since
 * whatever Ink draws it erases before it draws again, and a voice then reads it twice.
 */
export function SpokenApp({model, speaker}: SpokenAppProps) {
  useInput((input, key) => speaker.press(() => model.press(strokesOf(input, key))));
  usePaste(text => speaker.press(() => model.paste(text)));
  useEffect(() => {
    speaker.start();
    return () => speaker.stop();
  }, [speaker]);
  return null;
}
