import type {BackfillWords, Noun} from '../backfills/backfill.ts';
import {findBackfill} from '../backfills/registry.ts';
import {type Count, isExact} from '../core/count.ts';
import type {FailureKind} from '../core/failure.ts';
import {bytesText, counted, number} from '../core/words.ts';
import type {RepositoriesPredicted} from '../engine/estimate-repositories.ts';
import type {RepositoriesFacts} from '../engine/estimate-repository-facts.ts';
import type {RepositoriesPrediction} from '../engine/estimate-repository-prediction.ts';
import type {Bottleneck} from '../engine/estimate-time.ts';
import {countText, timeText} from './estimate-number-words.ts';
import {repositoryWarningLines} from './estimate-repository-warning-words.ts';
import {
  aboutText,
  bottleneckWords,
  countLines,
  kindLines,
  labelled,
  stepLines,
} from './estimate-word-parts.ts';

/** What its own are called: repositories, and the records in them. */
export interface RepositoryWords {
  readonly repositories: Noun;
  readonly items: Noun;
  readonly nothing: BackfillWords['nothing'];
}

export function repositoryWordsOf(id: string): RepositoryWords {
  const {repositories, words} = findBackfill(id);
  return {repositories: repositories?.words ?? words.items, items: words.rows, nothing: words.nothing};
}

/** How a prediction over repositories is worded, in the order and with the labels of any other. */
export function repositoryEstimateLines(
  {facts, prediction, warnings}: RepositoriesPredicted,
  words: RepositoryWords,
): readonly string[] {
  return [
    ...warnings.flatMap(warning => repositoryWarningLines(warning, words)),
    ...(warnings.length === 0 ? [] : ['']),
    ...labelled('time', timeLines(facts, prediction, words)),
    ...labelled('money', ['no price is known for this source and target']),
    ...labelled('reached', reachedLines(prediction, words)),
    ...labelled('changes', changeLines(prediction, words)),
    ...labelled('rows', rowLines(prediction)),
    ...labelled('reading', [`${bytesCountText(prediction.bytes)} from hosts`]),
    ...labelled('requests', requestLines(prediction)),
    ...labelled('sample', sampleLines(facts, words)),
  ];
}

function timeLines(
  facts: RepositoriesFacts,
  {duration, steps, atLimit}: RepositoriesPrediction,
  words: RepositoryWords,
): readonly string[] {
  const {seconds, bottleneck, low, high} = duration;
  const [from, to] = [timeText(low), timeText(high)];
  const range = from === to ? '' : ` (95 %: ${from} to ${to})`;
  const most = bottleneck === null ? '' : `, most of it for ${bottleneckWords[bottleneck]}`;
  const {hostLimit} = facts;
  return [
    `${aboutText(seconds)}${range}${most}${bottleneck === null ? '' : measureText(facts, bottleneck, words)}`,
    ...stepLines(steps),
    ...(atLimit === null || hostLimit === null
      ? []
      : [
          `  at ${number(hostLimit.requests)} requests in ${timeText(hostLimit.seconds)}, which is all that many hosts take, ${atLimit.host ?? 'a step that reads'} ${atLimit.host === null ? 'takes' : 'alone takes'} about ${timeText(atLimit.seconds)}`,
        ]),
  ];
}

/** What the bottleneck lets through. */
function measureText(
  {settings}: RepositoriesFacts,
  bottleneck: Bottleneck,
  {repositories: [, several]}: RepositoryWords,
): string {
  const {atOnce, repositories} = settings.hosts;
  if (bottleneck === 'hosts')
    return ` (${counted(atOnce, 'host')} at once, ${number(repositories)} ${several} of each)`;
  return bottleneck === 'rate' && settings.rate !== null ? ` (${number(settings.rate)} items a second)` : '';
}

const kindWords: Readonly<Partial<Record<FailureKind, string>>> = {
  'not-found': 'not found',
  'taken-down': 'taken down',
  'no-host': 'without a host',
  'rate-limited': 'asked too often',
  'server-error': 'whose server failed',
  connection: 'not to be connected to',
  timeout: 'that did not answer in time',
};

function reachedLines(
  {repositories: {found, isLeast, done, failed}}: RepositoriesPrediction,
  {repositories: nouns}: RepositoryWords,
): readonly string[] {
  const kinds = Object.entries(failed) as readonly (readonly [FailureKind, Count])[];
  return [
    `${countText(done)} of ${isLeast ? 'at least ' : ''}${counted(found, ...nouns)}`,
    ...countLines(kinds.map(([kind, count]) => [kindWords[kind] ?? kind, count] as const)),
  ];
}

function changeLines(
  {changes, items, listed}: RepositoriesPrediction,
  {items: [one, several]}: RepositoryWords,
): readonly string[] {
  const noun = isExact(listed) && listed.value === 1 ? one : several;
  return [`${countText(changes)} of ${countText(listed)} ${noun}`, ...kindLines(items)];
}

function rowLines({changes, rows: {before, after}}: RepositoriesPrediction): readonly string[] {
  return [
    `${countText(changes)} to write; the table has ${number(before)} now, and ${countText(after)} then`,
  ];
}

function requestLines({source, changes}: RepositoriesPrediction): readonly string[] {
  const {relay, directory, host} = source;
  const parts = [
    ...(relay === 0 ? [] : [`${number(relay)} to relays`]),
    `${countText(directory)} to directories`,
    `${countText(host)} to hosts`,
  ];
  return [
    parts.join(', '),
    changes.high === 0
      ? '  by the dry run; the live run has nothing to change, and asks nobody'
      : '  by the dry run, and once more by the live run, which reads everything again',
  ];
}

function sampleLines(
  {discovery, sample}: RepositoriesFacts,
  {repositories: nouns, items}: RepositoryWords,
): readonly string[] {
  const {repositories, seconds} = sample;
  const bytes = repositories.reduce((sum, one) => sum + one.bytes, 0);
  const count = repositories.reduce(
    (sum, one) => sum + Object.values(one.items).reduce((all, some) => all + some, 0),
    0,
  );
  const looked = repositories.length;
  return [
    `${number(looked)} of ${counted(discovery.found, ...nouns)}: ${counted(count, ...items)}, ${bytesText(bytes)} in ${timeText(seconds)}`,
    ...(looked === 0 || looked === discovery.found
      ? []
      : [
          `  what fewer than one in ${number(rarest(looked))} are like may be missing from it: a few that are far larger add to every sum`,
        ]),
  ];
}

/** What one in so many have is in a sample of this size 19 times of twenty. */
function rarest(looked: number): number {
  return Math.max(1, Math.floor(1 / (1 - 0.05 ** (1 / looked))));
}

function bytesCountText(count: Count): string {
  const {value, low, high} = count;
  if (isExact(count)) return bytesText(value);
  return `about ${bytesText(value)} (95 %: ${bytesText(low)} to ${bytesText(high)})`;
}
