import {listedOf} from '../core/accounting.ts';
import type {RunEvent, Snapshot} from '../core/event.ts';
import type {FaultData} from '../core/failure.ts';
import type {Finding} from '../core/probe.ts';
import {counted, durationText, figuresText, hostText, publicationText} from '../core/words.ts';
import {begunAt, noPace, type Pace, paceAt, readAt, settledAt} from './pace.ts';
import {doneOf, isRetryOf, settledBeforeOf, sureShareOf} from './progress.ts';
import {failureText, type Log, logged, noLog, pageLogged, settledOf, waitLogged} from './run-log.ts';
import {driftKeys, measured, type RunMemory, type RunView, sparkSeconds} from './run-view.ts';

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
      log: noLog.memory,
    },
  });
}

export function reduceRun(view: RunView, event: RunEvent): RunView {
  if (event.type === 'started') return startRunView(event);
  if (event.snapshot.run !== view.run) return view;
  return withMost(told(moved(view, event), event));
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
    pace: paced(passed.pace, view.snapshot, event),
    movedAt: hasMoved ? Math.max(at, view.movedAt) : view.movedAt,
    retry: hasMoved ? null : view.retry,
  };
}

function paced(pace: Pace, before: Snapshot, {snapshot, ...news}: RunEvent): Pace {
  const read = readAt(pace, snapshot.bytesRead - before.bytesRead, snapshot.at);
  if (news.type === 'listed') return begunAt(read, snapshot.at);
  if (news.type !== 'page') return read;
  return begunAt(settledAt(read, settledOf(news.settled), snapshot.at), snapshot.at);
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

function told(view: RunView, event: RunEvent): RunView {
  const {at} = event.snapshot;
  switch (event.type) {
    case 'started':
      return startRunView(event);
    case 'probed':
      return probed(view, event.findings, at);
    case 'partition':
    case 'discovered':
    case 'listed':
      return view;
    case 'host':
      return said(view, at, event.state === 'down' ? 'warning' : 'info', hostText(event, at));
    case 'returned':
      return said(
        view,
        at,
        'info',
        `${counted(event.items, 'item')} of ${event.partition} given back: a resume lists them again`,
      );
    case 'page': {
      const memory = memoryOf(view);
      const failedSince = memory.failedSince + event.settled.failed;
      return withLog({...view, memory: {...memory, failedSince}}, pageLogged(logOf(view), event));
    }
    case 'failure':
      return said(view, at, 'error', failureText(event));
    case 'retrying': {
      const {host, attempt, waitMs, fault} = event;
      const retry = {host, attempt, until: at + waitMs, fault: dataOf(fault)};
      return withLog({...view, retry}, waitLogged(logOf(view), event));
    }
    case 'drift':
      return drifted(view, event.keys, at);
    case 'note':
      return said(view, at, event.level, event.message);
    case 'stopping': {
      const {reason} = event;
      const verb = reason.by === 'cancel' ? 'cancelling' : 'stopping';
      return said({...view, stopping: reason}, at, 'warning', `${verb}: ${reason.message}`);
    }
    case 'check': {
      const {result} = event;
      const checks = kept(view.checks, result, ({id}) => id === result.id);
      if (result.count === 0) return {...view, checks};
      const level = result.severity === 'blocking' ? 'error' : 'warning';
      return said(
        {...view, checks},
        at,
        level,
        `${result.title}: ${counted(result.count, 'breaks it', 'break it')}`,
      );
    }
    case 'publication': {
      const {state, items, total} = event;
      const publication = {state, items, total};
      const next = {...view, publication};
      return state === 'staged' ? next : said(next, at, 'info', publicationText(publication));
    }
    case 'figures':
      return said(view, at, 'info', figuresText(event.summary));
    case 'coverage': {
      const {group} = event;
      return {...view, coverage: kept(view.coverage, group, each => each.group === group.group)};
    }
    case 'ended':
      return finished(view, event);
    default:
      return event satisfies never;
  }
}

function probed(view: RunView, findings: readonly Finding[], at: number): RunView {
  let next: RunView = {...view, findings: findings.slice(0, measured)};
  for (const {level, subject, message} of next.findings)
    if (level !== 'ok') next = said(next, at, level, `${subject}: ${message}`);
  return next;
}

function finished(view: RunView, {reason, seconds, snapshot}: Extract<RunEvent, {type: 'ended'}>): RunView {
  const {status, at} = snapshot;
  const level = status === 'failed' ? 'error' : status === 'incomplete' ? 'warning' : 'info';
  const why = reason === null ? '' : `: ${reason.message}`;
  const pace = paceAt(view.pace, at);
  const perSecond = [...view.perSecond.slice(0, -1), pace.fast ?? 0];
  const ended = {reason, seconds, at};
  return said(
    {...view, pace, perSecond, ended, retry: null},
    at,
    level,
    view.settledBefore === 0
      ? `${status} after ${durationText(seconds)}${why}`
      : `${status} ${durationText(seconds)} after it was resumed${why}`,
  );
}

/** Named once, as in plain lines; how many they are by now is in the snapshot. */
function drifted(view: RunView, keys: readonly string[], at: number): RunView {
  const isFirst = view.driftKeys.length === 0;
  const room = driftKeys - view.driftKeys.length;
  const next = room <= 0 ? view : {...view, driftKeys: [...view.driftKeys, ...keys.slice(0, room)]};
  if (!isFirst) return next;
  const named = `${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ' …' : ''}`;
  return said(next, at, 'warning', `drift: decided otherwise than in the dry run: ${named}`);
}

/** What an error says, without the error: that would hold on to all that caused it. */
function dataOf({kind, message}: FaultData): FaultData {
  return {kind, message};
}

/** In place of what was measured before; there is room for so many and no more. */
function kept<T>(all: readonly T[], one: T, isBefore: (each: T) => boolean): readonly T[] {
  const index = all.findIndex(isBefore);
  if (index >= 0) return all.with(index, one);
  return all.length < measured ? [...all, one] : all;
}

/** Remembers how far it has been shown to be, from now on. */
function withMost(view: RunView): RunView {
  const memory = memoryOf(view);
  const done = Math.max(memory.done, doneOf(view));
  const share = Math.max(memory.share, sureShareOf(view) ?? 0);
  return done === memory.done && share === memory.share ? view : {...view, memory: {...memory, done, share}};
}

function said(view: RunView, at: number, level: RunView['log'][number]['level'], text: string): RunView {
  return withLog(view, logged(logOf(view), at, level, text));
}

function logOf(view: RunView): Log {
  return {lines: view.log, memory: memoryOf(view).log};
}

function withLog(view: RunView, {lines, memory}: Log): RunView {
  return {...view, log: lines, memory: {...memoryOf(view), log: memory}};
}

function memoryOf({memory, pace}: RunView): RunMemory {
  return (
    memory ?? {
      second: secondOf(pace.at),
      isRetry: false,
      failedSince: 0,
      done: 0,
      share: 0,
      log: noLog.memory,
    }
  );
}

function secondOf(at: number): number {
  return Math.floor(at / 1_000);
}
