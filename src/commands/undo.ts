import {changedOf} from '../core/accounting.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Session} from './session.ts';

export interface UndoCommandOptions {
  readonly confirm?: string;
  readonly takeOver?: string;
}

/** Shows what an undo would put back; with the target's name typed, does it. What somebody changed since is left alone. */
export async function undoCommand(
  session: Session,
  named: string,
  options: UndoCommandOptions,
): Promise<number> {
  const {engine, report} = session;
  const run = await session.ledger.runs.resolve(named, ({mode}) => mode === 'live');
  const connection = await session.reconnect(run);
  if (options.confirm !== undefined && options.confirm !== connection.target.name)
    throw new OperatorError(
      'gate',
      `"${options.confirm}" is not the target's name`,
      `To undo, add --confirm ${connection.target.name}`,
    );
  const rehearsed = await session.finish(await engine.rehearseUndo(connection, run));
  if (options.confirm === undefined) {
    if (changedOf(rehearsed.record.tally) === 0) report.note('There is nothing to put back.');
    session.showNext(rehearsed.record);
    return exitCodeOf(rehearsed.endings);
  }
  if (rehearsed.record.status !== 'completed' && rehearsed.record.status !== 'incomplete')
    return exitCodeOf(rehearsed.endings);
  const handle = await engine.live(connection, rehearsed.record, {
    confirm: options.confirm,
    acceptedFailures: rehearsed.record.tally.failed,
    takeOver: options.takeOver ?? null,
    thresholds: null,
    acceptNew: false,
  });
  const result = await session.finish(handle);
  session.showNext(result.record);
  return exitCodeOf(result.endings);
}
