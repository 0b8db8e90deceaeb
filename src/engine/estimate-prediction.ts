import {type Count, countOf, none, plus, rounded} from '../core/count.ts';
import type {Cost} from '../core/money.ts';
import {type PredictedEffects, predictEffects} from './estimate-effects.ts';
import type {Amount, EstimateFacts, Kind, Looked, Outlook} from './estimate-facts.ts';
import type {TargetUse} from './estimate-requests.ts';
import {dryRunStep, liveStep, type SourceUse, type Step, verifyStep} from './estimate-steps.ts';
import {type Duration, durationOf} from './estimate-time.ts';
import {costsOf, usageOf} from './estimate-use.ts';

/** What would happen, by what was measured of a sample. It is made from facts alone: no I/O, no clock, no chance. */
export interface Prediction extends Outlook {
  /** Objects to read now, and the bytes that this takes; none where the source states what is looked for. */
  readonly download: Amount;
  /** What would be uploaded; its time is in none of the steps. */
  readonly effects: PredictedEffects | null;
  readonly pages: number;
  readonly steps: Readonly<Record<'dryRun' | 'live' | 'verify', Step>>;
  /** Of all three. */
  readonly duration: Duration;
  readonly source: SourceUse;
  readonly target: TargetUse;
  /** By service; those without a known price are left out. */
  readonly costs: readonly Cost[];
}

export function predict(facts: EstimateFacts): Prediction {
  const {listing, target} = facts;
  const outlook = outlookOf(facts);
  const {items, changes} = outlook;
  const download = downloadOf(facts);
  const rows = target.costs.rows.count + items.insert.value;
  const inScope = listing.all.items - items.fail.value - items.skip.value;
  const dryRun = dryRunStep(facts, outlook, download);
  const live = liveStep(facts, outlook);
  const verify = verifyStep(facts, rows, inScope, changes);
  const steps = {dryRun: dryRun.step, live: live.step, verify: verify.step};
  const {source, target: use} = usageOf(Object.values(steps));
  return {
    ...outlook,
    download,
    effects: predictEffects(facts, outlook),
    pages: dryRun.pages,
    steps,
    duration: durationOf([...dryRun.phases, ...live.phases, ...verify.phases]),
    source,
    target: use,
    costs: costsOf(facts, source, use),
  };
}

function countKinds({listing, sample}: EstimateFacts, wanted: readonly Kind[]): Count {
  const stratum = (size: number, {looked, found}: Looked) => ({
    size,
    looked,
    found: sum(wanted.map(kind => found[kind])),
  });
  return countOf([stratum(listing.unread.items, sample.unread), stratum(listing.known.items, sample.known)]);
}

function outlookOf(facts: EstimateFacts): Outlook {
  const {listing} = facts;
  const decided = (kind: Kind) => countKinds(facts, [kind]);
  const [insert = none, update = none, gone = none, unchanged = none, skip = none, fail = none] = rounded([
    decided('insert'),
    decided('update'),
    decided('delete'),
    decided('unchanged'),
    plus(decided('skip'), listing.skipped),
    plus(decided('fail'), listing.faulty),
  ]);
  const [together = none] = rounded([countKinds(facts, ['insert', 'update', 'delete'])]);
  const value = insert.value + update.value + gone.value;
  return {
    items: {insert, update, delete: gone, unchanged, skip, fail},
    changes: {
      value,
      low: Math.min(value, together.low),
      high: Math.max(value, together.high),
    },
  };
}

function downloadOf({listing, sample}: EstimateFacts): Amount {
  const read = sum(sample.readings.map(({bytes}) => bytes));
  const stated = read === 0 ? 0 : sample.stated.bytes / read;
  return {items: listing.unread.items, bytes: Math.round(listing.unread.bytes * (1 - stated))};
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
