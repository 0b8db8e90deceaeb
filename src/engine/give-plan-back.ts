import {OperatorError} from '../core/operator-error.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {EngineHost} from './engine-host.ts';
import type {RunHandle, RunResult} from './execution.ts';

/** A live run that was refused before anything was done with its plan leaves the plan to be used again. */
export async function givePlanBack(
  {ledger: {runs}, now}: EngineHost,
  {id, done}: RunHandle,
  plan: RunRecord,
): Promise<RunResult> {
  const result = await done;
  if (!(result.error instanceof OperatorError) || result.record.discovered) return result;
  await runs.move(id, 'cancelled', {at: now(), reason: {by: 'error', message: result.error.message}});
  await runs.release(plan.id, id);
  return {...result, record: await runs.get(id)};
}
