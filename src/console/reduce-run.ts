import {listedOf} from '../core/accounting.ts';
import type {RunEvent, Snapshot} from '../core/event.ts';
import {begunAt, noPace, type Pace, paceAt, readAt, settledAt} from './pace.ts';
import {doneOf, isRetryOf, settledBeforeOf, sureShareOf} from './progress.ts';
import {noLog, settledOf} from './run-log.ts';
import {memoryOf, secondOf} from './run-memory.ts';
import {told} from './run-news.ts';
import {type RunView, sparkSeconds} from './run-view.ts';

/**
 * From the events of a run, one after the other, to what a screen shows of it. Pure, some microseconds an event, and
 * bounded in size whatever comes; events of another run change nothing. Time passes with events and with `tickRun`.
 */

type Started = Extract<RunEvent, {type: 'started'}>;

export function startRunView(event: Started): RunView {
  const {snapshot, source, target, scope, undoes, label} = event;
  const {at} = snapshot;
  return withMost({
    run: snapshot.run,
    label,
    source,
    target,
    scope,
    undoes,
    snapshot,
    startedAt: at,
    settledBefore: settledBeforeOf(event),
    pace: noPace(at),
    partitionPace: noPace(at),
    perSecond: [0],
    log: noLog.lines,
    movedAt: at,
    retry: null,
    findings: [],
    checks: [],
    coverage: [],
    driftKeys: [],
    publication: null,
    stopping: null,
    ended: null,
    memory: {
      second: secondOf(at),
      isRetry: isRetryOf(event),
      failedSince: 0,
      done: 0,
      share: 0,
      log: {...noLog.memory, progressAt: at},
    },
  });
}

export function reduceRun(view: RunView, event: RunEvent): RunView {
  if (event.type === 'started') return startRunView(event);
  if (event.snapshot.run !== view.run) return view;
  const next = moved(view, event);
  return withMost(event.type === 'ended' ? paced(told(next, event), event.snapshot.at) : told(next, event));
}

/** Lets time pass: the same view where that changes nothing that is shown. */
export function tickRun(view: RunView, at: number): RunView {
  const memory = memoryOf(view);
  const second = secondOf(at);
  if (view.ended !== null || second <= memory.second) return view;
  const pace = paceAt(view.pace, at);
  const passed = Math.min(second - memory.second, sparkSeconds);
  const seconds = Array.from({length: passed}, (_, index) => {
    const end = (second - passed + index + 1) * 1_000;
    return index + 1 < passed ? (paceAt(pace, end).fast ?? 0) : (pace.fast ?? 0);
  });
  return {
    ...view,
    pace,
    partitionPace: paceAt(view.partitionPace, at),
    perSecond: [...view.perSecond, ...seconds].slice(-sparkSeconds),
    memory: {...memory, second},
  };
}

/** With the event's snapshot, and what follows from it for time and pace. */
function moved(view: RunView, event: RunEvent): RunView {
  const {snapshot} = event;
  const {at} = snapshot;
  const passed = tickRun(view, at);
  const hasMoved = isMove(event) || isFurther(view.snapshot, snapshot);
  return {
    ...passed,
    snapshot,
    pace: itemsPaced(passed.pace, view.snapshot, event),
    partitionPace: partitionsPaced(passed.partitionPace, view.snapshot, snapshot),
    movedAt: hasMoved ? Math.max(at, view.movedAt) : view.movedAt,
    retry: hasMoved ? null : view.retry,
  };
}

function itemsPaced(pace: Pace, before: Snapshot, {snapshot, ...news}: RunEvent): Pace {
  const read = readAt(pace, snapshot.bytesRead - before.bytesRead, snapshot.at);
  if (news.type === 'listed') return begunAt(read, snapshot.at);
  if (news.type !== 'page') return read;
  return begunAt(settledAt(read, settledOf(news.settled), snapshot.at), snapshot.at);
}

/** Failed ones that are about to be tried again have not ended: then there are fewer. */
function partitionsPaced(pace: Pace, before: Snapshot, {partitions, discovery, at}: Snapshot): Pace {
  if (discovery === undefined) return pace;
  const ended = partitions.done + partitions.failed - before.partitions.done - before.partitions.failed;
  return settledAt(begunAt(pace, at), Math.max(0, ended), at);
}

/** As it ended: of the second under way nothing more comes. */
function paced(view: RunView, at: number): RunView {
  const pace = paceAt(view.pace, at);
  const perSecond = [...view.perSecond.slice(0, -1), pace.fast ?? 0];
  return {...view, pace, partitionPace: paceAt(view.partitionPace, at), perSecond};
}

function isMove({type}: RunEvent): boolean {
  return [
    'partition',
    'discovered',
    'host',
    'listed',
    'page',
    'publication',
    'returned',
    'probed',
    'check',
    'coverage',
    'ended',
  ].includes(type);
}

function isFurther(before: Snapshot, now: Snapshot): boolean {
  return (
    before.bytesRead !== now.bytesRead ||
    before.tally.pending !== now.tally.pending ||
    listedOf(before.tally) !== listedOf(now.tally)
  );
}

/** Remembers how far it has been shown to be, from now on. */
function withMost(view: RunView): RunView {
  const memory = memoryOf(view);
  const done = Math.max(memory.done, doneOf(view));
  const share = Math.max(memory.share, sureShareOf(view) ?? 0);
  return done === memory.done && share === memory.share ? view : {...view, memory: {...memory, done, share}};
}
