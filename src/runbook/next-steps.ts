import {changedOf} from '../core/accounting.ts';
import {isActive, onlyMeasures} from '../core/run.ts';
import {optionsOf} from '../core/run-options.ts';
import {limitsOf, prefixOf, uploadsOf} from '../core/scope.ts';
import type {RunRecord} from '../ledger/records.ts';

export interface NextStep {
  readonly why: string;
  /** The command, word by word. */
  readonly words: readonly string[];
}

/** What can be done with a run that is at rest, as the commands that do it: the most useful first. */
export function nextSteps(run: RunRecord, {isUndone = false} = {}): readonly NextStep[] {
  const {id, mode, status, stopReason, usedBy} = run;
  if (onlyMeasures(mode)) return [];
  if (isActive(status)) return [step('Its process is gone; settle it and go on', 'resume', id)];
  if (status === 'paused' && stopReason?.by === 'drift')
    return [step('Go on in spite of it', 'resume', id, '--accept-drift'), newDryRun(run)];
  if (status === 'paused' || status === 'failed') return [step('Go on where it stopped', 'resume', id)];
  if (usedBy !== null) return [step('Its plan was taken by a run; look at that one', 'status', usedBy)];
  return [
    ...takeUpSteps(run),
    ...(mode === 'dry-run' ? planSteps(run) : isUndone ? [] : undoSteps(run)),
    ...capSteps(run),
  ];
}

function takeUpSteps({id, mode, status, tally, partitions}: RunRecord): readonly NextStep[] {
  if (status !== 'incomplete') return [];
  const look = step('See what was left open, and why', 'failures', id);
  if (mode === 'dry-run') return [look];
  const hasFailures = tally.failed + partitions.failed > 0;
  // What is left of an undo then are conflicts, which it would leave alone again.
  if (mode === 'undo' && !hasFailures && tally.pending === 0) return [look];
  const acceptNew = tally.pending > 0 ? ['--accept-new'] : [];
  // As `headgate failures` has it: what only waits is gone on with, what failed or is in conflict is tried again.
  const onlyWaits = !hasFailures && tally.pending + partitions.pending > 0;
  return [look, step('Take it up again', onlyWaits ? 'resume' : 'retry', id, ...acceptNew)];
}

function planSteps({id, undoes, tally, partitions, targetName}: RunRecord): readonly NextStep[] {
  if (changedOf(tally) === 0) return [];
  if (undoes !== null) return [step('Undo it', 'undo', undoes, '--confirm', targetName)];
  const failures = tally.failed + partitions.failed;
  const accepted = failures === 0 ? [] : ['--accept-failures', String(failures)];
  return [
    step('See the plan', 'plan', id),
    step('Go live', 'live', id, '--confirm', targetName, ...accepted),
  ];
}

function undoSteps({id, mode, tally}: RunRecord): readonly NextStep[] {
  return mode === 'live' && changedOf(tally) > 0 ? [step('Take it back (a dry run first)', 'undo', id)] : [];
}

/** A capped run ends behind the last key that it took up, also inside of a page: what comes next begins there. */
function capSteps({
  backfill,
  mode,
  cappedAt,
  scope,
  sourceLabel,
  targetLabel,
}: RunRecord): readonly NextStep[] {
  const {cap} = limitsOf(scope);
  if (cappedAt === null || cap === null || mode === 'undo') return [];
  const source = sourceLabel === '' ? [] : ['--source', sourceLabel];
  const prefix = prefixOf(scope);
  return [
    step(
      'It ended at its cap; go on behind it',
      ...['run', backfill, ...source, '--target', targetLabel],
      ...(prefix === '' ? [] : ['--prefix', prefix]),
      ...uploadFlags(scope),
      ...['--start-after', cappedAt, '--max-objects', String(cap)],
    ),
  ];
}

/** Of the same scope and as thorough as the run was. */
export function newDryRun({backfill, sourceLabel, targetLabel, scope, settings}: RunRecord): NextStep {
  const source = sourceLabel === '' ? [] : ['--source', sourceLabel];
  const prefix = prefixOf(scope);
  return step(
    'Or make a new dry run',
    ...['run', backfill, ...source, '--target', targetLabel],
    ...(prefix === '' ? [] : ['--prefix', prefix]),
    ...uploadFlags(scope),
    ...(optionsOf({settings}).fresh ? ['--fresh'] : []),
  );
}

/** Where it uploads to, and for whom. */
function uploadFlags(scope: unknown): readonly string[] {
  const {user, provider} = uploadsOf(scope);
  return [...(provider === null ? [] : ['--provider', provider]), ...(user === null ? [] : ['--user', user])];
}

export function step(why: string, ...words: readonly string[]): NextStep {
  return {why, words: ['headgate', ...words]};
}
