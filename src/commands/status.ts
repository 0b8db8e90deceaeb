import {rowsOf} from '../backfills/registry.ts';
import type {CheckResult} from '../core/checks.ts';
import {isActive, onlyMeasures} from '../core/run.ts';
import {identityText, modeText, number, scopeText} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import {isGone} from './choose-run.ts';
import {summaryObject} from './json-report.ts';
import type {Session} from './session.ts';
import {listedText, partitionLines, partitionObject, partitionStatus} from './status-repositories.ts';
import {brokenOf, brokenText, invariantLines, measuredAfter} from './status-words.ts';

const listedRuns = 20;

/** The newest runs, or one of them in detail. */
export async function statusCommand(session: Session, named: string | undefined): Promise<number> {
  if (named !== undefined) return showRun(session, await session.ledger.runs.resolve(named));
  const runs = await session.ledger.runs.list(listedRuns);
  if (runs.length === 0)
    session.report.note('No runs yet. Begin with: headgate run BACKFILL --source S --target T');
  const measured = await session.ledger.measurements.ofRuns(runs.map(({id}) => id));
  const rows = runs.map(run => {
    const checks = measuredAfter(run, measured.get(run.id));
    return {run, checks, status: `${isGone(session, run) ? 'dead' : run.status}${brokenText(checks)}`};
  });
  const widths = {
    status: Math.max(0, ...rows.map(({status}) => status.length)),
    backfill: Math.max(0, ...runs.map(({backfill}) => backfill.length)),
  };
  for (const {run, checks, status} of rows)
    session.report.data(runObject(session, run, checks), [runLine(run, status, widths)]);
  return 0;
}

async function showRun(session: Session, run: RunRecord): Promise<number> {
  const audit = await session.ledger.audit.of(run.id);
  const partitions = await session.ledger.partitions.unfinished(run.id);
  const measured = (await session.ledger.measurements.ofRuns([run.id])).get(run.id);
  const checks = measuredAfter(run, measured);
  const undoneBy = await session.ledger.runs.undoneBy(run.id);
  const standing = await partitionStatus(session, run);
  const object = {
    ...runObject(session, run, checks),
    ...partitionObject(run, standing),
    undoneBy,
    audit,
    checks,
  };
  session.report.data(object, [
    `run         ${run.id}`,
    `backfill    ${run.backfill}, ${run.label.startsWith(modeText(run)) ? run.label : `${modeText(run)} (${run.label})`}`,
    `status      ${statusText(session, run)}${brokenText(checks)}`,
    ...(run.sourceLabel === '' ? [] : [`source      ${run.sourceLabel}`]),
    `target      ${run.targetLabel}`,
    `scope       ${scopeText(run.scope)}`,
    `items       ${identityText(run.tally, run.mode === 'dry-run')}`,
    ...partitionLines(run, standing),
    ...(run.rehearsedBy === null
      ? []
      : [
          `plan        ${run.rehearsedBy}; drift: ${number(run.drift.added)} added, ${number(run.drift.gone)} gone, ${number(run.drift.changed)} changed`,
        ]),
    ...(run.usedBy === null ? [] : [`used by     ${run.usedBy}`]),
    ...(run.undoes === null ? [] : [`undoes      ${run.undoes}`]),
    ...(undoneBy === null ? [] : [`undone by   ${undoneBy}`]),
    ...invariantLines(checks, rowsOf(run.backfill)),
    ...partitions
      .slice(0, listedRuns)
      .map(({id, cursor}) => `  ${id}, at ${cursor === '' ? 'its start' : cursor}`),
    ...audit.map(
      ({at, who, action, detail}) =>
        `${new Date(at).toISOString()} ${who}: ${action}${detail === '' ? '' : ` (${detail})`}`,
    ),
  ]);
  if (!isActive(run.status) || isGone(session, run)) session.showNext(run, {isUndone: undoneBy !== null});
  return 0;
}

function runObject(
  session: Session,
  run: RunRecord,
  checks: readonly CheckResult[],
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
    invariantsBroken: brokenOf(checks).length,
    /** False where the run is said to be at work, and its process is gone. */
    alive: isActive(run.status) && !isGone(session, run),
  };
}

/** `20261120-0630-6fkf  live      incomplete  asset-index  index.sqlite  41 items, 1 failed`; a verification has no items. */
function runLine(
  run: RunRecord,
  status: string,
  widths: Readonly<Record<'status' | 'backfill', number>>,
): string {
  const mode = run.undoes === null ? modeText(run) : run.mode === 'undo' ? 'undo' : 'dry undo';
  return [
    run.id,
    mode.padEnd(8),
    status.padEnd(widths.status),
    run.backfill.padEnd(widths.backfill),
    run.targetName,
    ...(onlyMeasures(run.mode) ? [] : [listedText(run)]),
  ].join('  ');
}

function statusText(session: Session, run: RunRecord): string {
  if (isGone(session, run)) return `${run.status}, but its process is gone`;
  return run.stopReason === null ? run.status : `${run.status}: ${run.stopReason.message}`;
}
