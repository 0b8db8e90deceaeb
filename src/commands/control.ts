import {setTimeout as sleep} from 'node:timers/promises';
import {exitCodeOf, exitCodes} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import {isActive, onlyMeasures, sourcesOf} from '../core/run.ts';
import {cancelAtRest} from '../engine/cancel-run.ts';
import {notAtWork} from '../engine/preconditions.ts';
import type {RunRecord} from '../ledger/records.ts';
import {chooseRun, isGone, type Wanted} from './choose-run.ts';
import type {Session} from './session.ts';

/** How long a run's process is given to come to rest before the command says that it has not yet. */
const patienceMs = 10_000;
const lookMs = 50;
/** Among so many of the newest runs, one at work is looked for. */
const runsLookedAt = 200;

/** Asks the run's process, whichever terminal it runs in, to pause. */
export async function pauseCommand(session: Session, named: string): Promise<number> {
  const run = named === 'last' ? await newestAtWork(session) : await session.ledger.runs.resolve(named);
  if (!isActive(run.status)) throw notAtWork(run);
  requireAlive(session, run);
  await session.ledger.runs.request(run.id, 'pause');
  return reportRest(session, run);
}

/** Cancels a run for good: one at work through its process, one at rest here. What it has written stays. */
export async function cancelCommand(session: Session, named: string): Promise<number> {
  const run = await chooseRun(session, named, cancellable);
  if (isActive(run.status) && isAlive(session, run)) {
    await session.ledger.runs.request(run.id, 'cancel');
    return reportRest(session, run);
  }
  const settling = await cancelAtRest(session.engine, () => session.reconnect(run), run);
  if (settling === null) return reportRest(session, run);
  const {record, endings} = await session.finish(settling);
  return record.status === 'cancelled' ? exitCodes.done : exitCodeOf(endings);
}

async function reportRest({ledger, report, surroundings}: Session, {id}: RunRecord): Promise<number> {
  const until = surroundings.now() + patienceMs;
  for (;;) {
    const run = await ledger.runs.resolve(id);
    if (!isActive(run.status) || surroundings.now() >= until) {
      report.data({type: 'status', run: id, status: run.status}, [`run ${id} is ${run.status}`]);
      return 0;
    }
    await sleep(lookMs);
  }
}

/** The newest run that is at work, in whichever terminal. */
async function newestAtWork(session: Session): Promise<RunRecord> {
  const runs = await session.ledger.runs.list(runsLookedAt);
  const found = runs.find(run => isActive(run.status) && isAlive(session, run));
  if (found !== undefined) return found;
  const dead = runs.find(run => isGone(session, run));
  throw new OperatorError(
    'usage',
    'no run is at work',
    dead === undefined
      ? 'headgate status lists the runs; --ledger names another ledger.'
      : `The process of run ${dead.id} is gone; settle it and go on: headgate resume ${dead.id}`,
  );
}

const cancellable: Wanted = {
  noun: 'run',
  isOfKind: ({mode, status}) => !onlyMeasures(mode) || isActive(status),
  obstacle: ({status}) =>
    isActive(status) || sourcesOf('cancelled').includes(status)
      ? null
      : `is ${status}: there is nothing to cancel`,
  command: ({id}) => ['headgate', 'cancel', id],
  code: 'usage',
};

function isAlive({surroundings}: Session, {holder}: RunRecord): boolean {
  return holder !== null && surroundings.self.isAlive(holder);
}

function requireAlive(session: Session, run: RunRecord): void {
  if (isAlive(session, run)) return;
  throw new OperatorError(
    'gate',
    `the process of run ${run.id} is gone: it is not at work, and has nothing to pause`,
    `Settle it and go on: headgate resume ${run.id}`,
  );
}
