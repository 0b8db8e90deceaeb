import {isActive, sourcesOf} from '../core/run.ts';
import {cancelAtRest} from '../engine/cancel-run.ts';
import type {JobsContext} from './jobs-context.ts';

/** The run of a job that is cancelled is cancelled too, where this ledger has it: what it left half done is settled. */
export async function endRun(
  {engine, connection}: Pick<JobsContext, 'engine' | 'connection'>,
  run: string | null,
): Promise<void> {
  const record = run === null ? null : await engine.host.ledger.runs.find(run);
  if (record === null) return;
  if (!isActive(record.status) && !sourcesOf('cancelled').includes(record.status)) return;
  await (await cancelAtRest(engine, () => Promise.resolve(connection), record))?.done;
}
