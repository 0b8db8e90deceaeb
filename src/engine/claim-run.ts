import {OperatorError} from '../core/operator-error.ts';
import {canMove, isActive} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {EngineHost} from './engine-host.ts';
import type {Self} from './holder.ts';
import {beatMs} from './watch.ts';

/** A sign of life older than this says that a process on another machine is gone. */
const silentMs = 24 * beatMs;

/** Whether the process that is said to work on a run is gone: dead here, or silent on another machine or boot. */
export function isAbandoned(
  self: Self,
  {holder, beatAt}: Pick<RunRecord, 'holder' | 'beatAt'>,
  now: number,
): boolean {
  if (holder === null || !self.isAlive(holder)) return true;
  return holder.host !== self.holder.host && now - (beatAt ?? 0) > silentMs;
}

/** Makes this process the one that works on the run. */
export async function claimRun(host: EngineHost, {id, status, holder, beatAt}: RunRecord): Promise<void> {
  const {ledger, self, now} = host;
  if (isActive(status)) {
    if (!isAbandoned(self, {holder, beatAt}, now()))
      throw new OperatorError(
        'gate',
        `run ${id} is being worked on by ${holder?.name ?? 'nobody'}`,
        `Pause it first: headgate pause ${id}`,
      );
    if (await ledger.runs.takeOver(id, holder, self.holder, now())) return;
  } else if (!canMove(status, 'running')) {
    throw new OperatorError(
      'usage',
      `run ${id} is ${status}: there is nothing to go on with`,
      'Start anew with headgate run.',
    );
  } else if (await ledger.runs.move(id, 'running', {holder: self.holder, at: now()})) return;
  throw new OperatorError(
    'gate',
    `another process has just taken up run ${id}`,
    `headgate status ${id} shows which.`,
  );
}
