import {findBackfill} from '../backfills/registry.ts';
import {changedOf, outcomes, type Tally} from '../core/accounting.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import {number} from '../core/words.ts';
import {removesText} from '../engine/effect-words.ts';
import type {RunRecord} from '../ledger/records.ts';
import {chooseRun, type Wanted} from './choose-run.ts';
import {refuseDryRun} from './dry-run-only.ts';
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
  const run = await chooseRun(session, named, anyLive);
  const connection = await session.reconnect(run);
  if (options.confirm !== undefined && options.confirm !== connection.target.name)
    throw new OperatorError(
      'gate',
      `"${options.confirm}" is not the target's name`,
      `To undo, add --confirm ${connection.target.name}`,
    );
  if (options.confirm !== undefined) refuseDryRun(session, 'headgate undo --confirm');
  const preview = await previewOfUndo(session, run);
  const rehearsed = await session.finish(await engine.rehearseUndo(connection, run));
  if (options.confirm === undefined) {
    tellRehearsed(session, rehearsed.record, run);
    session.showNext(rehearsed.record);
    return exitCodeOf(rehearsed.endings);
  }
  if (rehearsed.record.status !== 'completed' && rehearsed.record.status !== 'incomplete')
    return exitCodeOf(rehearsed.endings);
  session.announce(rehearsed.record, null);
  const handle = await engine.live(connection, rehearsed.record, {
    confirm: options.confirm,
    undoes: run.id,
    acceptedFailures: rehearsed.record.tally.failed,
    takeOver: options.takeOver ?? null,
    thresholds: null,
    acceptNew: false,
  });
  const result = await session.finish(handle);
  const differences = tallyDifferences((preview ?? rehearsed.record).tally, result.record.tally);
  if (differences.length > 0)
    report.note(
      `This is not what the dry run ${(preview ?? rehearsed.record).id} showed: ${differences.join(', ')}`,
    );
  session.showNext(result.record);
  return exitCodeOf(result.endings);
}

function tellRehearsed({report}: Session, {tally}: RunRecord, {id, backfill}: RunRecord): void {
  if (changedOf(tally) === 0) {
    report.note('There is nothing to put back.');
    return;
  }
  const removes = removesText(findBackfill(backfill).words, id);
  if (removes !== '') report.data({type: 'undo-removes', run: id}, [removes]);
}

const anyLive: Wanted = {
  noun: 'live run',
  isOfKind: ({mode}) => mode === 'live',
  obstacle: () => null,
  command: ({id}) => ['headgate', 'undo', id],
  code: 'usage',
};

/** Among so many of the newest runs, the preview that the operator has read is looked for. */
const runsLookedAt = 200;

/** The newest dry run of this undo: what the operator has read before the name was typed. */
async function previewOfUndo({ledger}: Session, {id}: RunRecord): Promise<RunRecord | null> {
  const runs = await ledger.runs.list(runsLookedAt);
  return (
    runs.find(
      ({mode, undoes, status}) =>
        mode === 'dry-run' && undoes === id && (status === 'completed' || status === 'incomplete'),
    ) ?? null
  );
}

function tallyDifferences(shown: Tally, now: Tally): readonly string[] {
  return outcomes
    .filter(outcome => shown[outcome] !== now[outcome])
    .map(outcome => `${number(now[outcome])} ${outcome} (shown: ${number(shown[outcome])})`);
}
