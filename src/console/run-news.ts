import type {RunEvent} from '../core/event.ts';
import type {FaultData} from '../core/failure.ts';
import type {Finding} from '../core/probe.ts';
import {counted, durationText, figuresText, hostText, publicationText} from '../core/words.ts';
import {type RepositoryRun, repositoryRunOf} from './repository-run.ts';
import {failureText, gathered, type Log, pageLogged, waitLogged} from './run-log.ts';
import {progressLogged, repositoryFailed} from './run-log-repositories.ts';
import {logOf, memoryOf, said, withLog} from './run-memory.ts';
import {driftKeys, measured, type RunView} from './run-view.ts';

/** What an event tells besides its snapshot, as a view shows it: most of it becomes a line of its log. */

export function told(view: RunView, event: RunEvent): RunView {
  const repositories = repositoryRunOf(view);
  const log = repositories === null ? null : toldOfRepositories(logOf(view), event, repositories);
  return log === null ? toldOfAny(view, event) : withLog(view, log);
}

/** What repositories have a line of their own for, however many they are; null is told as in any run. */
function toldOfRepositories(log: Log, event: RunEvent, {nouns}: RepositoryRun): Log | null {
  const {at} = event.snapshot;
  switch (event.type) {
    case 'discovered':
    case 'partition':
    case 'page':
      return progressLogged(log, event, nouns);
    case 'failure':
      return event.key === '' ? repositoryFailed(log, event, nouns.repositories) : null;
    case 'returned': {
      const text = `${nouns.repositories[1]} under way given back: a resume goes on with them`;
      return gathered(log, at, 'info', {of: event.type, text, isCounted: true});
    }
    default:
      return null;
  }
}

function toldOfAny(view: RunView, event: RunEvent): RunView {
  const {at} = event.snapshot;
  switch (event.type) {
    case 'started':
      return view;
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
    case 'moving':
      return view;
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
  const ended = {reason, seconds, at};
  return said(
    {...view, ended, retry: null},
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
