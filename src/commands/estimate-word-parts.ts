import type {Count} from '../core/count.ts';
import {number} from '../core/words.ts';
import type {Kinds} from '../engine/estimate-facts.ts';
import type {Bottleneck, Duration} from '../engine/estimate-time.ts';
import {rangeText, timeText, valueText} from './estimate-number-words.ts';

/** What every prediction says alike, whatever it was made of. */

const labelWidth = 10;

export function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => `${(index === 0 ? label : '').padEnd(labelWidth)}${line}`);
}

export const steps = [
  ['dry run', 'dryRun'],
  ['live', 'live'],
  ['verify', 'verify'],
] as const;

export const bottleneckWords: Readonly<Record<Bottleneck, string>> = {
  download: 'reading objects',
  hosts: 'reading from hosts',
  directory: 'asking where they are',
  listing: 'listing the source',
  target: 'asking the target',
  rate: '--rate',
  headgate: "Headgate's own work",
};

/** How long each step takes, and what for. */
export function stepLines(
  predicted: Readonly<Record<'dryRun' | 'live' | 'verify', Duration>>,
): readonly string[] {
  const times = steps.map(([, name]) => timeText(predicted[name].seconds));
  const width = Math.max(...times.map(text => text.length));
  return steps.map(([title, name], index) => {
    const wait = predicted[name].bottleneck;
    return `  ${title.padEnd(8)} ${(times[index] ?? '').padStart(width)}${wait === null ? '' : `  ${bottleneckWords[wait]}`}`;
  });
}

/** What becomes of items, and how much there may be of what was not seen. */
export function kindLines(items: Kinds<Count>): readonly string[] {
  const titled = [
    ['to insert', items.insert],
    ['to update', items.update],
    ['to delete', items.delete],
    ['unchanged', items.unchanged],
    ['to skip', items.skip],
    ['to fail', items.fail],
  ] as const;
  const unseen = titled.filter(([, {value, high}]) => value === 0 && high > 0);
  return [
    ...countLines(titled),
    ...(unseen.length === 0
      ? []
      : [
          `  none seen ${unseen.map(([title]) => title).join(', ')} (95 %: at most ${number(Math.max(...unseen.map(([, {high}]) => high)))} of each)`,
        ]),
  ];
}

/** Those of which there are any, one below the other. */
export function countLines(titled: readonly (readonly [title: string, count: Count])[]): readonly string[] {
  const seen = titled.filter(([, {value}]) => value > 0);
  const width = Math.max(0, ...seen.map(([, count]) => valueText(count).length));
  return seen.map(([title, count]) => `  ${valueText(count).padStart(width)} ${title}${rangeText(count)}`);
}

export function aboutText(seconds: number): string {
  return seconds < 1 ? timeText(seconds) : `about ${timeText(seconds)}`;
}
