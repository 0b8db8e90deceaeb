import {changedOf} from '../core/accounting.ts';
import {optionsOf} from '../core/run-options.ts';
import {limitsOf} from '../core/scope.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';
import type {Execution} from './execution.ts';

/** A run of the ledger as it is executed; what is left out is as in a run that begins. */
export function executionOf(
  record: RunRecord,
  connection: RunConnection,
  options: Partial<Execution> & Pick<Execution, 'probe'>,
): Execution {
  const {cap, ordered} = limitsOf(record.scope);
  const {rate, fresh} = optionsOf(record);
  return {
    record,
    connection,
    scope: record.scope,
    plan: null,
    acceptNew: false,
    acceptDrift: false,
    takeOver: null,
    rate,
    reuse: !fresh,
    // A plan ends where its dry run was capped, whatever has been added before that key since.
    cap: record.undoes === null && (options.plan?.cappedAt ?? null) === null ? cap : null,
    splittable: !ordered,
    retry: null,
    idle: false,
    verifies: false,
    ...options,
  };
}

/** What a resume takes up: the open items and failed partitions of a run that ended, else what was not read yet. */
export function takenUp(
  run: RunRecord,
  plan: RunRecord | null,
  isAllTaken: boolean,
  kind: string | null,
): Pick<Execution, 'retry' | 'idle'> {
  // A run that was killed or paused behind its last page has only to be finished.
  // One whose listing broke, and then its verification with it, is taken up where that broke.
  const isEnded = run.status === 'incomplete' || (run.status === 'failed' && run.partitions.failed > 0);
  const retry = run.discovered && isAllTaken && isEnded ? {kind} : null;
  return {retry, idle: retry === null && isAllTaken && plan !== null && changedOf(plan.tally) === 0};
}
