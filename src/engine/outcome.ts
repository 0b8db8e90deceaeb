import {listedOf} from '../core/accounting.ts';
import type {RunNews} from '../core/event.ts';
import type {RunStatus} from '../core/run.ts';
import {shrinkOf} from '../core/shrink.ts';
import type {EngineHost} from './engine-host.ts';
import type {Execution} from './execution.ts';
import {inventoryOf} from './live-gates.ts';
import type {RunState} from './run-state.ts';

/** The status of a run that came to its end by itself; what a dry run's listing makes one doubt is told first. */
export async function outcomeOf(
  {ledger}: EngineHost,
  {record, connection}: Execution,
  state: RunState,
  emit: (news: RunNews) => void,
): Promise<RunStatus> {
  const warn = (message: string) => emit({type: 'note', level: 'warning', message});
  if (record.mode === 'dry-run' && listedOf(state.tally) === 0)
    warn(`Nothing was listed: ${connection.backfill.words.nothing}`);
  else if (record.mode === 'dry-run') {
    // Where there is nothing to write, no gate says so any more.
    const inventory = await inventoryOf(ledger, connection, record, null, state.tally);
    const shrink = inventory === null ? null : shrinkOf(inventory.before, inventory.listed, inventory.share);
    if (shrink !== null) warn(shrink);
  }
  const unread = await ledger.repositories.failedStreams(record.id);
  for (const {stream, message} of unread) warn(`${stream} could not be read to its end: ${message}`);
  const open = await ledger.openItems.count(record.id);
  return open > 0 || unread.length > 0 || state.partitions.failed > 0 ? 'incomplete' : 'completed';
}
