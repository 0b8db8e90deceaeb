import {listedOf} from '../core/accounting.ts';
import {isActive} from '../core/run.ts';
import {narrowedOf} from '../core/scope.ts';
import type {RunRecord} from '../ledger/records.ts';
import {runAtWork} from './flow-of.ts';
import {noPace} from './pace.ts';
import type {RunView} from './run-view.ts';
import {type ConsoleState, type SetupView, shownView} from './state.ts';

/** The run that the run screen is about: the one that was opened from the history, else the newest of the setup. */
export function shownRun(state: ConsoleState, setup: SetupView): RunView | null {
  const {name, of} = shownView(state);
  if (name === 'run' && of !== null) return runOf(state, of);
  const atWork = runAtWork(state, setup);
  if (atWork !== null) return atWork;
  const newest = setup.facts?.newest ?? null;
  return newest === null ? null : runOf(state, newest.id);
}

/** A run as this process followed it, or as the ledger has it. */
export function runOf(state: ConsoleState, id: string): RunView | null {
  const followed = state.runs[id];
  const record = recordOf(state, id);
  if (followed !== undefined && (record === null || isNewest(followed, record))) return followed;
  if (record === null) return null;
  const plan = record.rehearsedBy === null ? null : recordOf(state, record.rehearsedBy);
  const isGone = isActive(record.status) && goneRuns(state).includes(record.id);
  return viewOfRecord(record, plan, isGone, state.now);
}

/** Another process may have taken the run up since it ended here, and may have ended it alike. */
function isNewest({ended, snapshot}: RunView, {status, finishedAt}: RunRecord): boolean {
  return ended === null || (status === snapshot.status && (finishedAt ?? 0) <= ended.at);
}

export function recordOf({history, setups}: ConsoleState, id: string): RunRecord | null {
  const known = setups.flatMap(({facts}) => [facts?.plan, facts?.live, facts?.newest]);
  return [...known, ...history].find(run => run?.id === id) ?? null;
}

/** Runs that are said to be at work, and whose process is gone. */
export function goneRuns({setups}: ConsoleState): readonly string[] {
  return setups.find(({facts}) => facts !== null)?.facts?.gone ?? [];
}

/** The setup whose source and target a run had; null where it is not open here. */
export function setupOf({setups}: ConsoleState, run: RunRecord): SetupView | null {
  return (
    setups.find(
      ({backfill, source, target, prefix, whose}) =>
        backfill === run.backfill &&
        source === run.sourceLabel &&
        target === run.targetLabel &&
        narrowedOf({prefix, ...whose}) === narrowedOf(run.scope),
    ) ?? null
  );
}

function viewOfRecord(record: RunRecord, plan: RunRecord | null, isGone: boolean, now: number): RunView {
  const {id, backfill, mode, status, tally, partitions, drift, startedAt, finishedAt, createdAt} = record;
  const began = startedAt ?? createdAt;
  return {
    run: id,
    label: record.label,
    source: record.sourceLabel,
    target: record.targetLabel,
    scope: record.scope,
    undoes: record.undoes,
    snapshot: {
      run: id,
      backfill,
      mode,
      status,
      tally,
      partitions,
      drift,
      bytesRead: tally.bytes,
      expected: plan === null ? null : listedOf(plan.tally),
      limits: [],
      rate: null,
      at: finishedAt ?? now,
    },
    startedAt: began,
    settledBefore: 0,
    pace: noPace(began),
    partitionPace: noPace(began),
    isDiscovered: record.discovered,
    perSecond: [],
    log: [],
    movedAt: record.beatAt ?? now,
    publication: null,
    retry: null,
    findings: [],
    checks: [],
    coverage: [],
    driftKeys: [],
    stopping: isActive(status) ? null : record.stopReason,
    // How long it worked is not told: it may have rested in between.
    ended: isGone
      ? {reason: {by: 'lost', message: 'its process is gone'}, seconds: null, at: record.beatAt ?? began}
      : isActive(status)
        ? null
        : {reason: record.stopReason, seconds: null, at: finishedAt ?? began},
  };
}
