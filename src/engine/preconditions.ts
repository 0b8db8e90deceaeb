import {OperatorError, type OperatorErrorCode} from '../core/operator-error.ts';
import {errorsOf, type Finding, type Probe} from '../core/probe.ts';
import {isActive, onlyMeasures} from '../core/run.ts';
import {shellWord} from '../core/shell-word.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';

/** What has to hold before a run is made or taken up, each with a sentence for the operator. */

/** One error that names everything the probe found to be wrong, each with its remedy. */
export function requireFine(probe: Probe<unknown>): void {
  const errors = errorsOf(probe);
  const [first, second] = errors;
  if (first === undefined) return;
  const code = codeOf(errors);
  if (second === undefined) throw new OperatorError(code, `${first.subject}: ${first.message}`, first.remedy);
  const lines = errors.map(
    ({subject, message, remedy}) => `  ${subject}: ${message}${remedy === undefined ? '' : `. ${remedy}`}`,
  );
  throw new OperatorError(code, `the probe found ${errors.length} problems:\n${lines.join('\n')}`);
}

/** Who can do something about it: whoever has the credentials, nobody but time, or whoever wrote the command. */
function codeOf(errors: readonly Finding[]): OperatorErrorCode {
  if (errors.some(({isDenied}) => isDenied === true)) return 'auth';
  return errors.every(({retryAfterMs}) => retryAfterMs !== undefined) ? 'failed' : 'usage';
}

/** A name in the config may have come to mean another place since the run began. */
export function requireSameEnds({source, target}: RunConnection, run: RunRecord): void {
  if (source.id !== run.source)
    throw new OperatorError(
      'gate',
      `${source.label} is not the source that run ${run.id} began with (${run.source})`,
      'Name that source.',
    );
  if (target.id !== run.target)
    throw new OperatorError(
      'gate',
      `${target.label} is not the target that run ${run.id} began with (${run.target})`,
      'Name that target.',
    );
}

export function requireUndoable({id, mode, status}: RunRecord): void {
  if (mode !== 'live')
    throw new OperatorError(
      'usage',
      `run ${id} is ${mode === 'undo' ? 'an undo' : `of mode ${mode}`}: only live runs can be undone`,
      'headgate status lists the runs.',
    );
  if (isActive(status))
    throw new OperatorError(
      'gate',
      `run ${id} is ${status}`,
      `Let it come to rest first: headgate pause ${id}; if its process is gone, headgate cancel ${id} settles what it has done, and headgate resume ${id} finishes it.`,
    );
}

/** A verification has nothing to go on with: resumed as if it had pages, it would write. */
export function requireResumable({id, mode}: RunRecord): void {
  if (onlyMeasures(mode))
    throw new OperatorError(
      'usage',
      `run ${id} is of mode ${mode}: only dry runs, live runs and undos are resumed`,
      `Start it anew with headgate ${mode}.`,
    );
}

/** A page that a failure left between intent and checkpoint has no before-image yet: an undo would leave it out. */
export async function requireSettled(ledger: Ledger, {id}: RunRecord): Promise<void> {
  if ((await ledger.pages.staged(id)) > 0)
    throw new OperatorError(
      'gate',
      `run ${id} has staged changes, and does not know yet whether they were published`,
      `Finish it (headgate resume ${id}), or end it without (headgate cancel ${id}): either finds out.`,
    );
  if (await ledger.pages.isHalfDone(id))
    throw new OperatorError(
      'gate',
      `run ${id} failed before it could say whether its last pages were written`,
      `Settle them first: headgate resume ${id}`,
    );
}

/** That a run was published is told by its mark, and by nothing else. */
export function requireMarksToPublish({backfill, target}: RunConnection): void {
  if (backfill.publication !== undefined && !target.marks)
    throw new OperatorError(
      'usage',
      `${backfill.id} is published as a whole, which needs headgate's own tables, and the config forbids them for ${target.label} (marks: false)`,
      'Take marks: false away from the target.',
    );
}

/** What another run of ours made since may forbid the rows that an undo puts back: it is taken back first, by itself. */
export async function requireNoObstacle(
  ledger: Ledger,
  {backfill, target}: RunConnection,
  probe: Probe<unknown>,
): Promise<void> {
  const obstacle = backfill.undoObstacle?.(probe) ?? null;
  if (obstacle === null) return;
  for (const run of (await ledger.runs.standing(target.id, obstacle.backfill)).toReversed())
    if ((await ledger.pages.entry(run, 'image', obstacle.key)) !== null)
      throw new OperatorError(
        'gate',
        `${obstacle.message}; run ${run} made it`,
        `Undo that run first: headgate undo ${run} --confirm ${shellWord(target.name)}`,
      );
  throw new OperatorError('gate', `${obstacle.message}; no run of this ledger made it`, obstacle.remedy);
}

export function notAtWork({id, status}: RunRecord): OperatorError {
  return new OperatorError(
    'usage',
    `run ${id} is ${status}: it is not at work`,
    `headgate status ${id} shows what it did.`,
  );
}

/** Why a plan could not be claimed by a live run. */
export function planLost({id, usedBy}: RunRecord): OperatorError {
  return usedBy === null
    ? new OperatorError(
        'gate',
        `the plan of ${id} has changed since it was read: a retry took up what had failed`,
        `Look at it once more: headgate plan ${id}`,
      )
    : new OperatorError(
        'gate',
        `the plan of ${id} was just taken by another run`,
        'headgate status shows which.',
      );
}

export function requireSameSchema({schema}: Pick<Probe<unknown>, 'schema'>, run: RunRecord): void {
  if (schema === run.schema) return;
  throw new OperatorError(
    'gate',
    `the target's schema has changed since run ${run.id} began`,
    'Make a new dry run.',
  );
}
