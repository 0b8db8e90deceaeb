import {inARowText} from '../core/budget.ts';
import {Fault} from '../core/failure.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {RunContext} from './context.ts';
import type {Slot as Place} from './limiter.ts';
import type {SlotResult} from './page.ts';
import type {WorkItem} from './work.ts';

/** Where the source keeps within its limits by itself, an item needs no place. */
export async function placeFor({limiter, work, halt}: RunContext, item: WorkItem): Promise<Place | null> {
  const host = work.host(item);
  return host === null ? null : limiter.acquire(host, halt);
}

/** Inspects one item in its place, with retries. While it waits for another attempt, its place goes to others. */
export async function inspect(context: RunContext, item: WorkItem, place: Place | null): Promise<SlotResult> {
  const {work, limiter, settings, random, halt} = context;
  const host = work.host(item);
  const {key, size: of} = item;
  let current: Place | null = place;
  let attempts = 0;
  const onRetry = (attempt: number, waitMs: number, fault: Fault) =>
    context.emit({type: 'retrying', host: host ?? 'local disk', attempt, waitMs, fault});
  try {
    const inspection = await retrying(
      {attempts: settings.attempts, signal: halt, random, onRetry},
      async () => {
        attempts++;
        const mine = current ?? (host === null ? null : await limiter.acquire(host, halt));
        current = null;
        try {
          const found = await work.inspect(item, bytes => context.moving({key, doing: 'hashing', bytes, of}));
          mine?.done({bytes: item.size});
          return found;
        } catch (error) {
          mine?.done({error});
          throw error;
        }
      },
    );
    context.state.inspected(true);
    context.state.itemInspected();
    return {kind: 'inspected', inspection};
  } catch (error) {
    if (halt.aborted) return {kind: 'returned'};
    const fault = error instanceof Exhausted ? error.cause : error;
    if (!(fault instanceof Fault)) return {kind: 'broken', error: fault};
    context.state.inspected(false);
    stopAfterFailuresInARow(context);
    return {kind: 'failed', fault, attempts};
  } finally {
    context.state.still(key);
  }
}

/** Checked as failures happen: a host that is down must not be asked for a whole page. */
export function stopAfterFailuresInARow({settings, state, stop}: RunContext): void {
  const limit = settings.budgets.failuresInARow;
  if (limit !== null && state.failuresInARow >= limit)
    stop('drain', {
      by: 'budget',
      message: inARowText(state.failuresInARow, limit),
    });
}
