import {exitCodeOf} from '../core/exit-code.ts';
import {failureKinds} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import {onlyMeasures} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Session} from './session.ts';

export interface ResumeCommandOptions {
  readonly acceptNew?: boolean;
  readonly acceptDrift?: boolean;
  readonly takeOver?: string;
  readonly rate?: number;
  readonly kind?: string;
}

/** Goes on where a run stopped. */
export async function resumeCommand(
  session: Session,
  named: string,
  options: ResumeCommandOptions,
): Promise<number> {
  return goOn(session, await session.ledger.runs.resolve(named, isResumable), options);
}

/** Takes up what a run left open: its failures, or those of one kind. */
export async function retryCommand(
  session: Session,
  named: string,
  options: ResumeCommandOptions,
): Promise<number> {
  const run = await session.ledger.runs.resolve(named, isResumable);
  if (options.kind !== undefined && !failureKinds.some(kind => kind === options.kind))
    throw new OperatorError(
      'usage',
      `--kind ${options.kind}: there is no such kind of failure`,
      `Known are: ${failureKinds.join(', ')}.`,
    );
  const open = await session.ledger.openItems.count(run.id);
  if (open === 0 && run.partitions.failed === 0) {
    session.report.data({type: 'retry', run: run.id, open: 0}, [`run ${run.id} has nothing left open`]);
    return 0;
  }
  if (run.status !== 'incomplete')
    throw new OperatorError(
      'gate',
      `run ${run.id} is ${run.status}: its failures are retried when it has ended`,
      `Let it end first: headgate resume ${run.id}`,
    );
  return goOn(session, run, options);
}

/** Ended with something left to do, or at work in a process that may be gone. */
function isResumable({mode, status}: RunRecord): boolean {
  return !onlyMeasures(mode) && status !== 'completed' && status !== 'cancelled';
}

async function goOn(session: Session, run: RunRecord, options: ResumeCommandOptions): Promise<number> {
  const connection = await session.reconnect(run);
  const handle = await session.engine.resume(connection, run, {
    acceptNew: options.acceptNew ?? false,
    acceptDrift: options.acceptDrift ?? false,
    takeOver: options.takeOver ?? null,
    rate: options.rate ?? null,
    kind: options.kind ?? null,
  });
  const {record, endings} = await session.finish(handle);
  session.showNext(record);
  return exitCodeOf(endings);
}
