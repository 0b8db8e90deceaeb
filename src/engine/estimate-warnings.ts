import type {Count} from '../core/count.ts';
import {type DailyLimit, type Priced, priceLists} from '../core/prices.ts';
import type {EstimateFacts} from './estimate-facts.ts';
import type {Prediction} from './estimate-prediction.ts';

/** What an operator has to know before anything else, as data. */
export type Warning =
  | {readonly kind: 'empty'}
  | {
      readonly kind: 'daily-limit';
      readonly of: Priced;
      readonly plan: string;
      readonly limit: number;
      readonly otherwise: string;
      readonly predicted: Count;
      /** `certain` where it would take a miracle to stay below, `close` where little is left. */
      readonly is: 'certain' | 'possible' | 'close';
      readonly days: number;
      /** Objects that a day has room for; null where the table alone is too large. */
      readonly objectsADay: number | null;
    }
  | {
      readonly kind: 'unreadable';
      readonly looked: number;
      readonly failed: number;
      readonly message: string;
    }
  | {readonly kind: 'cut-short'; readonly read: number; readonly wanted: number; readonly reason: string}
  | {readonly kind: 'sizes'; readonly sampleMean: number; readonly mean: number}
  | {readonly kind: 'uncounted'; readonly rows: number};

export interface Incidents {
  /** What the first failure of the sample said; null where there was none. */
  readonly firstFault: string | null;
  /** Why fewer were read than were drawn; null where all were. */
  readonly cutShort: {readonly wanted: number; readonly reason: string} | null;
}

/** From this share of a daily limit on it is said that it is close. */
const close = 0.8;
/** Of a daily limit, so much is planned with. */
const usable = 0.9;
/** So many times the sample's mean size, and what reading takes is a guess. */
const skewed = 4;

export function warningsOf(
  facts: EstimateFacts,
  prediction: Prediction,
  {firstFault, cutShort}: Incidents,
): readonly Warning[] {
  const {listing, sample, target} = facts;
  const {looked, found} = sample.unread;
  const sampleMean = mean(
    sample.readings.reduce((sum, {bytes}) => sum + bytes, 0),
    sample.readings.length,
  );
  const unreadMean = mean(listing.unread.bytes, listing.unread.items);
  const {rows} = target.costs;
  return [
    ...(listing.all.items === 0 ? [{kind: 'empty'} as const] : []),
    ...dailyLimits(facts, prediction),
    ...(found.fail === 0
      ? []
      : [{kind: 'unreadable', looked, failed: found.fail, message: firstFault ?? ''} as const]),
    ...(cutShort === null ? [] : [{kind: 'cut-short', read: looked, ...cutShort} as const]),
    ...(looked > 0 && unreadMean > skewed * sampleMean
      ? [{kind: 'sizes', sampleMean, mean: unreadMean} as const]
      : []),
    ...(rows.isLeast ? [{kind: 'uncounted', rows: rows.count} as const] : []),
  ];
}

function dailyLimits(facts: EstimateFacts, {target}: Prediction): readonly Warning[] {
  const limits = priceLists[facts.target.service]?.dailyLimits ?? {};
  return [
    ...dailyLimit(facts, 'rowsWritten', target.rowsWritten, limits.rowsWritten, 0),
    ...dailyLimit(facts, 'rowsRead', target.rowsRead, limits.rowsRead, rowsOfPasses(facts)),
  ];
}

function dailyLimit(
  {listing}: EstimateFacts,
  of: Priced,
  predicted: Count,
  daily: DailyLimit | undefined,
  anyway: number,
): readonly Warning[] {
  if (daily === undefined || predicted.high <= daily.amount * close) return [];
  const {plan, amount: limit, otherwise} = daily;
  const ofObject = (predicted.value - anyway) / Math.max(1, listing.all.items);
  const objects = Math.floor((limit * usable - anyway) / Math.max(ofObject, Number.MIN_VALUE));
  return [
    {
      kind: 'daily-limit',
      of,
      plan,
      limit,
      otherwise,
      predicted,
      is: predicted.low > limit ? 'certain' : predicted.high > limit ? 'possible' : 'close',
      days: Math.ceil(predicted.value / limit),
      objectsADay: objects < 1 ? null : Math.min(twoDigits(objects), listing.all.items),
    },
  ];
}

/** 17,928 is 17,000: it is typed, and promises nothing. */
function twoDigits(count: number): number {
  const step = Math.max(1, 10 ** (Math.floor(Math.log10(count)) - 1));
  return Math.floor(count / step) * step;
}

/** Every day that something is done, the whole table is passed several times. */
function rowsOfPasses({target: {costs}}: EstimateFacts): number {
  const {checks, survey} = costs.passes;
  return 2 * costs.probe + (3 * checks.read + survey.read) * costs.rows.count;
}

function mean(sum: number, count: number): number {
  return count === 0 ? 0 : sum / count;
}
