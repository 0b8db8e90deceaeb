import type {RunRecord} from '../ledger/records.ts';
import type {RunContext} from './context.ts';
import {clearedText} from './effect-words.ts';

/** Takes away what a run has made outside of its target, and no row needs any more. Only with the target's lease. */
export async function clearEffects({work, emit, at}: RunContext): Promise<void> {
  let count = 0;
  await work.clear?.({
    warn: message => emit({type: 'note', level: 'warning', message}),
    cleared: removed => {
      count += removed;
      at('effects-cleared');
    },
  });
  if (count > 0) emit({type: 'note', level: 'info', message: clearedText(count)});
}

/**
 * At the end of a run that was not stopped. What failed is gone on with by a retry; what is open otherwise was of files that
 * are gone, or are others by now.
 */
export async function leaveNothing(context: RunContext, {undoes}: Pick<RunRecord, 'undoes'>): Promise<void> {
  const {work, writer, state, ledger, run} = context;
  if (writer === null) {
    // Whoever takes up its failures has to know what it has met.
    if (work.uploads !== null && state.tally.failed === 0) await ledger.uploads.forgetMet(run);
    return;
  }
  if (undoes !== null || state.tally.failed === 0) await work.abandon?.();
  if (undoes !== null) await clearEffects(context);
}
