import {exitCodeOf} from '../core/exit-code.ts';
import {type FailureKind, failureKinds} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import {isActive, onlyMeasures} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import {chooseRun, isGone, type Wanted} from './choose-run.ts';
import {refuseDryRun} from './dry-run-only.ts';
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
  return goOn(session, await chooseRun(session, named, resumable(session, 'resume')), options);
}

/** Takes up what a run left open: its failures, or those of one kind. */
export async function retryCommand(
  session: Session,
  named: string,
  options: ResumeCommandOptions,
): Promise<number> {
  const run = await chooseRun(session, named, resumable(session, 'retry'));
  if (options.kind !== undefined && !failureKinds.some(kind => kind === options.kind))
    throw new OperatorError(
      'usage',
      `--kind ${options.kind}: there is no such kind of failure`,
      `Known are: ${failureKinds.join(', ')}.`,
    );
  const kind = failureKinds.find(known => known === options.kind);
  if ((await countOpen(session, run, kind)) === 0) {
    const of = kind === undefined ? '' : ` of kind ${kind}`;
    session.report.data({type: 'retry', run: run.id, open: 0}, [`run ${run.id} has nothing left open${of}`]);
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

/** Items, partitions and streams that a run left open, or those of them that failed so. */
async function countOpen({ledger}: Session, {id}: RunRecord, kind: FailureKind | undefined): Promise<number> {
  const [items, partitions, streams] = await Promise.all([
    ledger.openItems.count(id, kind === undefined ? {} : {kind}),
    ledger.openItems.failedAlike(id, kind),
    ledger.repositories.failedStreams(id),
  ]);
  const ofKind = streams.filter(stream => kind === undefined || stream.kind === kind);
  return items + partitions.length + ofKind.length;
}

/** Ended with something left to do, or at work in a process that may be gone; one that died while it wrote comes first. */
function resumable(session: Session, command: 'resume' | 'retry'): Wanted {
  return {
    noun: 'run',
    isOfKind: ({mode}) => !onlyMeasures(mode),
    obstacle: run => {
      if (run.status === 'completed' || run.status === 'cancelled')
        return `is ${run.status}: there is nothing to ${command}`;
      if (run.usedBy !== null)
        return `is a dry run whose plan run ${run.usedBy} took: there is nothing to go on with`;
      return isAtWorkHere(session, run) ? 'is at work' : null;
    },
    command: ({id}) => ['headgate', command, id],
    code: 'usage',
    urgent: run =>
      (run.mode === 'live' || run.mode === 'undo') && isGone(session, run)
        ? 'its process died while it wrote'
        : null,
  };
}

/** Of a process on another machine nothing is known from here but its signs of life, at which the engine looks. */
function isAtWorkHere({surroundings: {self}}: Session, {status, holder}: RunRecord): boolean {
  return isActive(status) && holder !== null && holder.host === self.holder.host && self.isAlive(holder);
}

async function goOn(session: Session, run: RunRecord, options: ResumeCommandOptions): Promise<number> {
  if (run.mode !== 'dry-run') refuseDryRun(session, `going on with a run of mode ${run.mode}`);
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
