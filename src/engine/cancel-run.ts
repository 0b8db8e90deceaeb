import {isActive, onlyMeasures, sourcesOf} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';
import type {Engine} from './engine.ts';
import type {RunHandle} from './execution.ts';
import {notAtWork} from './preconditions.ts';

/**
 * Ends for good a run on which no process works any more. What its process left half done is settled first, so that the
 * counts are true: that is a run of its own, which is answered with. Null where there was nothing to settle.
 */
export async function cancelAtRest(
  engine: Engine,
  connect: () => Promise<RunConnection>,
  run: RunRecord,
): Promise<RunHandle | null> {
  const {ledger} = engine.host;
  const isHalfDone = await ledger.hasLooseEnds(run.id);
  // A measurement writes nothing that could be half done, so one whose process is gone is simply over.
  if (!onlyMeasures(run.mode) && (isActive(run.status) || isHalfDone)) {
    const handle = await engine.resume(await connect(), run, {
      acceptNew: false,
      acceptDrift: false,
      takeOver: null,
      kind: null,
    });
    handle.cancel();
    return handle;
  }
  const ends = sourcesOf('cancelled');
  const from = onlyMeasures(run.mode) ? [...ends, 'running' as const] : ends;
  const reason = {by: 'cancel', message: 'cancelled by the operator'} as const;
  if (await ledger.runs.move(run.id, 'cancelled', {at: engine.host.now(), reason}, from)) return null;
  throw notAtWork(run);
}
