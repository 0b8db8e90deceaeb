import {listedOf} from '../core/accounting.ts';
import type {RunEvent} from '../core/event.ts';
import {onlyMeasures} from '../core/run.ts';
import {durationText} from '../core/words.ts';
import {type RepositoryRun, repositoryRunOf} from './repository-run.ts';
import type {RunView} from './run-view.ts';

/**
 * How far a run is: in items or, where those are in repositories of which nobody knows what they hold, in repositories.
 * The counts are the snapshot's; what is derived from them never overstates and never goes back.
 */
export interface Progress {
  /** Settled, of all that the run has listed or found. */
  readonly done: number;
  /** Listed, and not settled yet. */
  readonly underWay: number;
  /** Null where nobody knows. */
  readonly total: number | null;
  /** The total is a plan's, or all was listed; otherwise it is what the run before listed, or what is listed so far. */
  readonly isSure: boolean;
  /** 0 to 1; null where there is no total. */
  readonly share: number | null;
  /** The share with what is under way, at most 1; null where there is none. */
  readonly begun: number | null;
}

type Started = Extract<RunEvent, {type: 'started'}>;

/** Nothing moves for so long: that is told. */
const stalledMs = 10_000;
/** From here on, a share of a total that is not sure goes the more slowly the further it is. */
const knee = 0.9;

/**
 * `lastTotal`: what the run before of the same scope listed. A total that grows is told as it is, while the share stands
 * still until what is done has caught up with it.
 */
export function progressOf(view: RunView, lastTotal: number | null = null): Progress {
  const {tally, mode} = view.snapshot;
  const repositories = repositoryRunOf(view);
  if (repositories !== null) return progressOfRepositories(view, repositories);
  const counts = {done: doneOf(view), underWay: tally.pending};
  const unknown = {...counts, total: null, isSure: false, share: null, begun: null};
  if (onlyMeasures(mode)) return unknown;
  const sure = sureTotalOf(view);
  const listed = counts.done + counts.underWay;
  if (sure !== null) {
    if (sure === 0 && view.ended === null) return {...unknown, total: sure, isSure: true};
    const share = Math.max(shareOf(counts.done, sure, view) ?? 0, view.memory?.share ?? 0);
    const begun = Math.max(share, Math.min(1, shareOf(listed, sure, view) ?? 0));
    return {...counts, total: sure, isSure: true, share, begun};
  }
  if (lastTotal === null || lastTotal <= 0) return unknown;
  const total = Math.max(lastTotal, listedOf(tally));
  const most = Math.max(counts.done, view.memory?.done ?? 0);
  const share = unsureShare(most / lastTotal);
  const begun = Math.max(share, unsureShare(listed / lastTotal));
  return {...counts, total, isSure: false, share, begun};
}

/** Until everything was found there is no total, and so no share of it. */
function progressOfRepositories(view: RunView, {ended, found, isOver}: RepositoryRun): Progress {
  const counts = {done: ended, underWay: found - ended};
  if (!isOver) return {...counts, total: null, isSure: false, share: null, begun: null};
  const part = shareOf(ended, found, view);
  if (part === null) return {...counts, total: found, isSure: true, share: null, begun: null};
  const share = Math.max(part, view.memory?.share ?? 0);
  return {...counts, total: found, isSure: true, share, begun: share};
}

/** The share of a total that is sure; null where there is none. */
export function sureShareOf(view: RunView): number | null {
  const repositories = repositoryRunOf(view);
  if (repositories !== null)
    return repositories.isOver ? shareOf(repositories.ended, repositories.found, view) : null;
  const total = onlyMeasures(view.snapshot.mode) ? null : sureTotalOf(view);
  return total === null ? null : shareOf(doneOf(view), total, view);
}

/** A plan announces it; without one, a run that came to its end has listed it all, unless a partition failed. */
function sureTotalOf({snapshot: {tally, expected, partitions}, ended}: RunView): number | null {
  const listed = listedOf(tally);
  const hasListedAll = ended !== null && ended.reason === null && partitions.failed === 0;
  if (hasListedAll) return listed;
  return expected === null ? null : Math.max(expected, listed);
}

function shareOf(done: number, total: number, {ended}: RunView): number | null {
  if (total === 0) return ended === null ? null : 1;
  return done / total;
}

/** Straight up to the knee, then ever closer to 1, which it never reaches: the total may be another this time. */
function unsureShare(part: number): number {
  return part <= knee ? part : 1 - (knee * (1 - knee)) / part;
}

/** In a retry, what failed before and has not been taken up yet is still to do. */
export function doneOf({snapshot: {tally}, memory, ended}: RunView): number {
  const settled = listedOf(tally) - tally.pending;
  if (memory === undefined || !memory.isRetry || ended !== null) return settled;
  return settled - Math.max(0, tally.failed - memory.failedSince);
}

/** Every partition was listed before this process took the run up, and items are open: it is there for those. */
export function isRetryOf({resumed, snapshot: {tally, partitions}}: Started): boolean {
  return resumed && partitions.pending === 0 && tally.failed + tally.pending + partitions.failed > 0;
}

export function settledBeforeOf(event: Started): number {
  const {tally} = event.snapshot;
  return listedOf(tally) - tally.pending - (isRetryOf(event) ? tally.failed : 0);
}

/** Seconds since anything moved; null while it goes on. */
export function stalledFor({ended, movedAt}: Pick<RunView, 'ended' | 'movedAt'>, at: number): number | null {
  return ended !== null || at - movedAt < stalledMs ? null : (at - movedAt) / 1_000;
}

/** `stalled 14 s, last: 429 Too many requests from D1, retry 3 in 8 s`; null while it goes on. */
export function waitText(view: Pick<RunView, 'ended' | 'movedAt' | 'retry'>, at: number): string | null {
  const seconds = stalledFor(view, at);
  if (seconds === null) return null;
  const stalled = `stalled ${wholeSeconds(Math.floor(seconds))}`;
  if (view.retry === null) return stalled;
  const {host, attempt, until, fault} = view.retry;
  const left = Math.ceil((until - at) / 1_000);
  const retry = left > 0 ? `retry ${attempt} in ${wholeSeconds(left)}` : `retry ${attempt} under way`;
  const [who = host] = host.split(' ');
  const from = fault.message.includes(who) ? '' : ` from ${host}`;
  return `${stalled}, last: ${fault.message}${from}, ${retry}`;
}

function wholeSeconds(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : durationText(seconds);
}
