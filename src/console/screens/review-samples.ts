import type {Preview} from '../../backfills/backfill.ts';
import {printableKey} from '../../core/keys.ts';
import type {ReviewSample} from '../../engine/review.ts';
import type {Line} from '../line.ts';
import {fitted} from '../text.ts';

const actionWidth = 9;

/** A change takes two lines: what, and before → after. */
export function sampleLines({key, action, preview}: ReviewSample, width: number): readonly Line[] {
  const head: Line = [
    {text: action.padEnd(actionWidth), tone: 'accent'},
    {text: fitted(printableKey(key), Math.max(8, width - actionWidth), 'middle').trimEnd()},
  ];
  return preview === null ? [head] : [head, ...changeLines(preview, width)];
}

function changeLines({before, after}: Preview, width: number): readonly Line[] {
  const columns = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(
    name => before?.[name] !== after?.[name],
  );
  const room = Math.max(6, Math.floor((width - actionWidth - 4 - 14) / 2));
  return columns
    .slice(0, 3)
    .map(
      (name): Line => [
        {text: ' '.repeat(actionWidth)},
        {text: `${fitted(name, 13)} `, tone: 'dim'},
        {text: valueText(before === null ? undefined : before[name], room)},
        {text: ' → ', tone: 'dim'},
        {text: valueText(after === null ? undefined : after[name], room)},
      ],
    );
}

function valueText(value: string | number | null | undefined, width: number): string {
  if (value === undefined) return 'no row';
  return fitted(value === null ? 'NULL' : String(value), width, 'end').trimEnd();
}
