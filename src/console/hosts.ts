import type {HostLimit} from '../core/event.ts';

/** Which hosts of a run are told first: those that need somebody, then those that the run waits for. */

const needs = ['down', 'waits', 'slow', 'at work', 'idle'] as const;
/** `slow`: less is asked of it than before, because of how it answered. */
export type HostNeed = (typeof needs)[number];

/** Reasons of a limit that was lowered (core/concurrency.ts). */
const lowered = /^(latency|rate-limited|server-error|timeout)\b/;

export function needOf({aside, waitsUntil, inFlight, reason}: HostLimit, now: number): HostNeed {
  if (aside !== undefined) return 'down';
  if (waitsUntil !== null && waitsUntil > now) return 'waits';
  if (inFlight === 0) return 'idle';
  return lowered.test(reason) ? 'slow' : 'at work';
}

/** Of two that are alike the one for which more waits, or that was asked more: neither changes from one moment to the next. */
export function byNeed(limits: readonly HostLimit[], now: number): readonly HostLimit[] {
  const waiting = ({aside}: HostLimit) => aside?.waiting ?? 0;
  return ranked(limits, now, 'idle', (a, b) => waiting(b) - waiting(a) || b.requests - a.requests);
}

/** For whoever reads them one by one: those that are down or wait first, and all others by name. */
export function byNeedThenName(limits: readonly HostLimit[], now: number): readonly HostLimit[] {
  return ranked(limits, now, 'waits', (a, b) => (a.host < b.host ? -1 : 1));
}

/** In the order in which they are given, but for those that are down or wait. */
export function needyFirst(limits: readonly HostLimit[], now: number): readonly HostLimit[] {
  return ranked(limits, now, 'waits', () => 0);
}

/** Needs beyond `last` make no difference. */
function ranked(
  limits: readonly HostLimit[],
  now: number,
  last: HostNeed,
  compare: (a: HostLimit, b: HostLimit) => number,
): readonly HostLimit[] {
  const most = needs.indexOf(last) + 1;
  return limits
    .map(limit => ({limit, rank: Math.min(most, needs.indexOf(needOf(limit, now)))}))
    .sort((a, b) => a.rank - b.rank || compare(a.limit, b.limit))
    .map(({limit}) => limit);
}
