import {inARowText} from '../core/budget.ts';
import {Fault} from '../core/failure.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {RunContext} from './context.ts';
import type {Slot as Place} from './limiter.ts';
import type {SlotResult} from './page.ts';
import type {WorkItem} from './work.ts';

/** Inspects one item in its place, with retries. While it waits for another attempt, its place goes to others. */
export async function inspect(context: RunContext, item: WorkItem, place: Place): Promise<SlotResult> {
  const {work, limiter, settings, random, halt} = context;
  const host = work.host(item);
  let current: Place | null = place;
  let attempts = 0;
  const onRetry = (attempt: number, waitMs: number, fault: Fault) =>
    context.emit({type: 'retrying', host, attempt, waitMs, fault});
  try {
    const inspection = await retrying(
      {attempts: settings.attempts, signal: halt, random, onRetry},
      async () => {
        attempts++;
        const mine = current ?? (await limiter.acquire(host, halt));
        current = null;
        try {
          const found = await work.inspect(item);
          mine.done({bytes: item.size});
          return found;
        } catch (error) {
          mine.done({error});
          throw error;
        }
      },
    );
    context.state.inspected(true);
    return {kind: 'inspected', inspection};
  } catch (error) {
    if (halt.aborted) return {kind: 'returned'};
    const fault = error instanceof Exhausted ? error.cause : error;
    if (!(fault instanceof Fault)) return {kind: 'broken', error: fault};
    context.state.inspected(false);
    stopAfterFailuresInARow(context);
    return {kind: 'failed', fault, attempts};
  }
}

/** Checked as failures happen: a host that is down must not be asked for a whole page. */
function stopAfterFailuresInARow({settings, state, stop}: RunContext): void {
  const limit = settings.budgets.failuresInARow;
  if (limit !== null && state.failuresInARow >= limit)
    stop('drain', {
      by: 'budget',
      message: inARowText(state.failuresInARow, limit),
    });
}
