import type {RunStatus} from '../core/run.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {RunRecord} from '../ledger/records.ts';

const ofOpen = {failed: 'failed', pending: 'appeared during the run', skipped: 'in conflict'} as const;
const notYet = 'planned but not written yet';

/**
 * Why keys are not in the target, as far as a run tells: what it left open, and what was planned and waits for a live
 * run, or for the rest of one.
 */
export async function causesOf(
  ledger: Ledger,
  run: string | null,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (run === null) return new Map();
  const causes = new Map<string, string>();
  const plan = waitingPlan(await ledger.runs.get(run));
  const planned = plan === null ? [] : await ledger.pages.among(plan, 'plan', keys);
  for (const {key, action} of planned)
    if (action === 'insert' || action === 'update') causes.set(key, notYet);
  for (const {key} of await ledger.pages.among(run, 'staged', keys)) causes.set(key, notYet);
  for (const [key, {outcome}] of await ledger.openItems.among(run, keys)) causes.set(key, ofOpen[outcome]);
  return causes;
}

/** Of a live run that ended by itself the plan says nothing any more: what is missing was taken away since. */
function waitingPlan({id, mode, status, undoes, usedBy, rehearsedBy}: RunRecord): string | null {
  if (undoes !== null) return null;
  if (mode === 'dry-run') return usedBy === null ? id : null;
  return stopped.has(status) ? rehearsedBy : null;
}

const stopped: ReadonlySet<RunStatus> = new Set(['paused', 'cancelled', 'failed']);
