import {listedOf} from '../core/accounting.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import type {RunRecord} from '../ledger/records.ts';
import {takenPlan} from '../runbook/taken-plan.ts';
import {chooseRun, isGone, type Newest, type Wanted} from './choose-run.ts';
import {refuseDryRun} from './dry-run-only.ts';
import type {Session} from './session.ts';

export interface LiveCommandOptions {
  readonly confirm?: string;
  readonly acceptNew?: boolean;
  readonly acceptFailures?: number;
  readonly takeOver?: string;
  readonly rate?: number;
  readonly whole?: string;
  readonly acceptShrunk?: number;
}

/** Executes the plan of a dry run through its gates, then verifies. */
export async function liveCommand(
  session: Session,
  named: string,
  options: LiveCommandOptions,
): Promise<number> {
  refuseDryRun(session, 'headgate live');
  const plan = await chooseRun(session, named, planned(session));
  const connection = await session.reconnect(plan);
  session.announce(plan, null);
  const handle = await session.engine.live(connection, plan, {
    confirm: options.confirm ?? null,
    acceptedFailures: options.acceptFailures ?? null,
    takeOver: options.takeOver ?? null,
    whole: options.whole ?? null,
    acceptedListed: options.acceptShrunk ?? null,
    thresholds: null,
    acceptNew: options.acceptNew ?? false,
    rate: options.rate ?? null,
  });
  const result = await session.finish(handle);
  warnOfEmptySource(session, result.record);
  session.showNext(result.record);
  return exitCodeOf(result.endings);
}

/** A dry run has one plan, which is executed once. */
function planned(session: Session): Wanted {
  const takenOf = ({usedBy}: RunRecord, among: Newest) => {
    const run = usedBy === null ? undefined : among(usedBy);
    return run === undefined ? null : takenPlan({...run, isAlive: !isGone(session, run)});
  };
  return {
    noun: 'dry run',
    isOfKind: ({mode, undoes}) => mode === 'dry-run' && undoes === null,
    obstacle: (run, among) => {
      const {usedBy, status} = run;
      if (usedBy !== null)
        return `has no plan left to execute: ${takenOf(run, among)?.is ?? `run ${usedBy} did`}`;
      return status === 'completed' || status === 'incomplete' ? null : `is ${status}: its plan is not whole`;
    },
    instead: (run, among) => {
      const {id, usedBy, status} = run;
      if (usedBy !== null)
        return takenOf(run, among)?.next ?? {why: 'Look at that run', words: ['headgate', 'status', usedBy]};
      return status === 'cancelled' ? null : {why: 'Let it end first', words: ['headgate', 'resume', id]};
    },
    command: ({id, targetName}) => ['headgate', 'live', id, '--confirm', targetName],
    code: 'gate',
  };
}

/** Nothing was planned, listed or written: most likely the source is not the one that was meant. */
export function warnOfEmptySource({report}: Session, {sourceLabel, status, tally}: RunRecord): void {
  // What reads the target alone may well find nothing to do there.
  if (sourceLabel === '') return;
  if (listedOf(tally) === 0 && (status === 'completed' || status === 'incomplete'))
    report.note(`warning: the source ${sourceLabel} has nothing in this scope: nothing was listed`);
}
