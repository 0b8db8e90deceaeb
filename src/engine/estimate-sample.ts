import type {Decision} from '../core/entry.ts';
import type {RunContext} from './context.ts';
import {effectsOf} from './estimate-effects.ts';
import type {Kind, Kinds, SampleFacts, TargetFacts} from './estimate-facts.ts';
import type {Listed} from './estimate-listing.ts';
import type {Reading} from './estimate-time.ts';
import {inspect, placeFor} from './inspect.ts';
import type {Slot} from './limiter.ts';
import type {Inspection, WorkItem} from './work.ts';

export interface Sampled {
  readonly facts: SampleFacts;
  readonly decided: TargetFacts['decided'];
  /** What the first failure said; null where there was none. */
  readonly firstFault: string | null;
}

/** Reads what was drawn as a run would, within the limits of its host, and decides it against the target. */
export async function takeSample(
  context: RunContext,
  {unread, known}: Pick<Listed, 'unread' | 'known'>,
): Promise<Sampled> {
  const read = await readAll(context, unread);
  const startedAt = context.now();
  const inspections = [...read.inspections, ...known];
  const decisions = await decide(context, inspections);
  const seconds = (context.now() - startedAt) / 1_000;
  const effects = await effectsOf(context, inspections, decisions, read.inspections.length);
  const ofUnread = decisions.slice(0, read.inspections.length);
  const needless = read.inspections.filter(({item, bytes}) => bytes === 0 && item.size > 0);
  return {
    facts: {
      unread: {
        looked: read.readings.length,
        found: tally(ofUnread, read.readings.length - read.inspections.length),
      },
      known: {looked: known.length, found: tally(decisions.slice(read.inspections.length), 0)},
      readings: read.readings,
      seconds: read.seconds,
      atOnce: read.atOnce,
      bytes: read.inspections.reduce((sum, {bytes}) => sum + bytes, 0),
      stated: {
        items: needless.length,
        bytes: needless.reduce((sum, {item}) => sum + item.size, 0),
      },
      ...(effects === null ? {} : {effects}),
    },
    decided: {pages: Math.ceil(decisions.length / context.settings.page.items), seconds},
    firstFault: read.firstFault,
  };
}

interface Read {
  readonly inspections: readonly Inspection[];
  readonly readings: readonly Reading[];
  readonly seconds: number;
  readonly atOnce: number;
  readonly firstFault: string | null;
}

/** In the order in which they were drawn, so that what a budget cuts short is a sample too. */
async function readAll(context: RunContext, items: readonly WorkItem[]): Promise<Read> {
  const {halt, drain, now} = context;
  const inspections: Inspection[] = [];
  const readings: Reading[] = [];
  let firstFault: string | null = null;
  const broken: unknown[] = [];
  let underWay = 0;
  let atOnce = 0;
  const startedAt = now();
  const read = async (item: WorkItem, place: Slot | null) => {
    atOnce = Math.max(atOnce, ++underWay);
    const from = now();
    const result = await inspect(context, item, place);
    underWay--;
    if (result.kind === 'broken') broken.push(result.error);
    if (result.kind !== 'inspected' && result.kind !== 'failed') return;
    readings.push({bytes: item.size, seconds: (now() - from) / 1_000});
    if (result.kind === 'failed') firstFault ??= result.fault.message;
    else inspections.push(result.inspection);
  };
  const reads: Promise<void>[] = [];
  for (const item of items) {
    const place = await placeFor(context, item);
    if (drain.aborted || broken.length > 0) {
      place?.done({bytes: 0});
      break;
    }
    reads.push(read(item, place));
  }
  await Promise.all(reads);
  halt.throwIfAborted();
  if (broken.length > 0) throw broken[0];
  return {inspections, readings, seconds: (now() - startedAt) / 1_000, atOnce, firstFault};
}

async function decide(
  {work, settings}: RunContext,
  inspections: readonly Inspection[],
): Promise<readonly Decision<unknown>[]> {
  const decisions: Decision<unknown>[] = [];
  for (let from = 0; from < inspections.length; from += settings.page.items)
    decisions.push(...(await work.decide(inspections.slice(from, from + settings.page.items))));
  return decisions;
}

/** Decisions by what becomes of their items; a conflict is left alone. */
export function tally(decisions: readonly Decision<unknown>[], failed: number): Kinds<number> {
  const count = (...kinds: readonly (Kind | 'conflict')[]) =>
    decisions.filter(({action}) => kinds.includes(action)).length;
  return {
    insert: count('insert'),
    update: count('update'),
    delete: count('delete'),
    unchanged: count('unchanged'),
    skip: count('skip', 'conflict'),
    fail: failed,
  };
}
