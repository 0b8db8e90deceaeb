import {type Entry, isChange} from '../core/entry.ts';
import {Fault} from '../core/failure.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {RunContext} from './context.ts';
import {stopAfterFailuresInARow} from './inspect.ts';
import {failed} from './page-entries.ts';
import type {AppliedWork} from './work.ts';

/** What became of an effect: made, or not for a reason, or not before the run stopped. */
type Applied = 'made' | {readonly fault: Fault; readonly attempts: number} | 'returned';

/**
 * Makes the effects of a page's changes, many at once and each host within its limit. Answers with the entries as they
 * are then, those that failed with their failure: the same list where all were made, and a shorter one where the run
 * stopped, up to the first that was not made. What was made behind it is found made later.
 */
export async function apply(context: RunContext, entries: readonly Entry[]): Promise<readonly Entry[]> {
  const {applied: work} = context.work;
  if (work === null) return entries;
  const results = await Promise.all(
    entries.map(entry => (isChange(entry) ? applyOne(context, work, entry) : 'made')),
  );
  context.at('effects-applied');
  const stopped = results.indexOf('returned');
  const failures = new Map(
    results.flatMap((result, at) =>
      typeof result === 'object' ? [[entries[at]?.key, result] as const] : [],
    ),
  );
  if (stopped < 0 && failures.size === 0) return entries;
  return entries.slice(0, stopped < 0 ? undefined : stopped).map(entry => {
    const failure = failures.get(entry.key) ?? failures.get(entry.sameAs);
    return failure === undefined ? entry : failed(entry, failure.fault, failure.attempts);
  });
}

async function applyOne(context: RunContext, work: AppliedWork, {key, change}: Entry): Promise<Applied> {
  const {limiter, settings, random, ending, halt, emit, state} = context;
  const host = await work.host(change);
  const onRetry = (attempt: number, waitMs: number, fault: Fault) =>
    emit({type: 'retrying', host, attempt, waitMs, fault});
  const of = work.size(change);
  let attempts = 0;
  let moved: number | null = null;
  const onProgress = (bytes: number) => {
    moved = bytes;
    context.moving({key, doing: 'uploading', bytes, of});
  };
  try {
    await retrying({attempts: settings.attempts, signal: halt, random, onRetry}, async () => {
      // What waits for a place when the run comes to its end is not begun; what was begun is finished.
      const place = await limiter.acquire(host, attempts === 0 ? ending : halt);
      attempts++;
      try {
        await work.apply(change, onProgress);
        place.done({bytes: of});
      } catch (error) {
        place.done({error});
        throw error;
      }
    });
    state.inspected(true);
    state.itemApplied(key, moved);
    context.at('effect-made');
    return 'made';
  } catch (error) {
    if (halt.aborted || (attempts === 0 && ending.aborted)) return 'returned';
    const fault = error instanceof Exhausted ? error.cause : error;
    if (!(fault instanceof Fault)) throw fault;
    state.inspected(false);
    stopAfterFailuresInARow(context);
    return {fault, attempts};
  } finally {
    state.still(key);
  }
}
