import {listedOf} from '../core/accounting.ts';
import {isActive} from '../core/run.ts';
import {limitsOf} from '../core/scope.ts';
import type {RunRecord} from '../ledger/records.ts';
import {encodeCursor} from './cursor.ts';
import {summaryObject} from './json-report.ts';
import type {Session} from './session.ts';
import {counted, identityText, modeText, number} from './words.ts';

const listedRuns = 20;

/** The newest runs, or one of them in detail. */
export async function statusCommand(session: Session, named: string | undefined): Promise<number> {
  if (named !== undefined) return showRun(session, await session.ledger.runs.resolve(named));
  const runs = await session.ledger.runs.list(listedRuns);
  if (runs.length === 0)
    session.report.note('No runs yet. Begin with: headgate run BACKFILL --source S --target T');
  for (const run of runs) session.report.data(runObject(session, run), [runLine(session, run)]);
  return 0;
}

async function showRun(session: Session, run: RunRecord): Promise<number> {
  const audit = await session.ledger.audit.of(run.id);
  const partitions = await session.ledger.partitions.unfinished(run.id);
  session.report.data({...runObject(session, run), audit}, [
    `run         ${run.id}`,
    `backfill    ${run.backfill}, ${run.label.startsWith(modeText(run)) ? run.label : `${modeText(run)} (${run.label})`}`,
    `status      ${statusText(session, run)}`,
    `source      ${run.sourceLabel}`,
    `target      ${run.targetLabel}`,
    `items       ${identityText(run.tally, run.mode === 'dry-run')}`,
    `partitions  ${counted(run.partitions.done, 'done', 'done')}, ${run.partitions.failed} failed, ${run.partitions.pending} pending`,
    ...(run.rehearsedBy === null
      ? []
      : [
          `plan        ${run.rehearsedBy}; drift: ${run.drift.added} added, ${run.drift.gone} gone, ${run.drift.changed} changed`,
        ]),
    ...(run.usedBy === null ? [] : [`used by     ${run.usedBy}`]),
    ...(run.undoes === null ? [] : [`undoes      ${run.undoes}`]),
    ...partitions
      .slice(0, listedRuns)
      .map(({id, cursor}) => `  ${id}, at ${cursor === '' ? 'its start' : cursor}`),
    ...audit.map(
      ({at, who, action, detail}) =>
        `${new Date(at).toISOString()} ${who}: ${action}${detail === '' ? '' : ` (${detail})`}`,
    ),
  ]);
  if (run.cappedAt !== null)
    session.report.next('It ended at its cap; go on behind it', [
      'headgate',
      'run',
      run.backfill,
      '--source',
      run.sourceLabel,
      '--target',
      run.targetLabel,
      '--cursor',
      encodeCursor(run.cappedAt),
      '--max-objects',
      String(limitsOf(run.scope).cap),
    ]);
  if (!isActive(run.status) || isGone(session, run)) session.showNext(run);
  return 0;
}

function runObject(
  session: Session,
  run: RunRecord,
): Readonly<Record<string, unknown>> & {readonly type: string} {
  const seconds =
    run.startedAt === null ? 0 : ((run.finishedAt ?? run.beatAt ?? run.startedAt) - run.startedAt) / 1_000;
  return {
    ...summaryObject(run, seconds, run.stopReason?.message),
    type: 'run',
    source: run.sourceLabel,
    target: run.targetLabel,
    createdAt: run.createdAt,
    scope: run.scope,
    rehearsedBy: run.rehearsedBy,
    usedBy: run.usedBy,
    undoes: run.undoes,
    cappedAt: run.cappedAt,
    holder: run.holder?.name ?? null,
    /** False where the run is said to be at work, and its process is gone. */
    alive: isActive(run.status) && !isGone(session, run),
  };
}

/** `20261120-0630-6fkf  live      incomplete  index.sqlite  41 items, 1 failed` */
function runLine(session: Session, run: RunRecord): string {
  const failed = run.tally.failed === 0 ? '' : `, ${number(run.tally.failed)} failed`;
  const status = isGone(session, run) ? 'dead' : run.status;
  const mode = run.undoes === null ? modeText(run) : run.mode === 'undo' ? 'undo' : 'dry undo';
  return `${run.id}  ${mode.padEnd(8)}  ${status.padEnd(10)}  ${run.targetName}  ${counted(listedOf(run.tally), 'item')}${failed}`;
}

function statusText(session: Session, run: RunRecord): string {
  if (isGone(session, run)) return `${run.status}, but its process is gone`;
  return run.stopReason === null ? run.status : `${run.status}: ${run.stopReason.message}`;
}

function isGone({surroundings}: Session, {status, holder}: RunRecord): boolean {
  return isActive(status) && (holder === null || !surroundings.self.isAlive(holder));
}
