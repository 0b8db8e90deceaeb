import type {RepositoriesFacts, SampledRepository} from './estimate-repository-facts.ts';
import {type Duration, durationOf, type Phase} from './estimate-time.ts';
import {decidedTogether} from './forward.ts';
import {isOfHost} from './hosts.ts';
import {directoryLimits} from './resolver.ts';
import {downPatienceMs} from './stage-loop.ts';

/**
 * How long a run over repositories takes, from how long those of a sample took: finding, resolving, reading and deciding
 * go on at the same time. What hosts would say to more requests than the sample sent them, it can't know.
 */

/** What there is to do, about. */
export interface Load {
  readonly repositories: number;
  readonly items: number;
  readonly requests: number;
  /** Seconds that directories and hosts take, one request after the other. */
  readonly directory: number;
  readonly hosts: number;
}

/** What Headgate itself gets through in a second on two cores: repositories, and items. */
const ownPace = {
  dryRun: {repositories: 400, items: 30_000},
  live: {repositories: 150, items: 12_000},
  /** Rows of the table, which a verification passes several times. */
  verify: {items: 40_000},
};
/** A verification reads some again, one after the other, and compares them record by record. */
const compared = 20;

export function dryRunTime(facts: RepositoriesFacts, load: Load): Duration {
  return durationOf([{...waits(facts, load), headgate: ownSeconds(ownPace.dryRun, load)}]);
}

/** A live run without changes reads nothing. */
export function liveTime(facts: RepositoriesFacts, load: Load, changes: number): Duration {
  if (changes === 0) return durationOf([]);
  return durationOf([{...waits(facts, load), headgate: ownSeconds(ownPace.live, load)}]);
}

export function verifyTime({sample}: RepositoriesFacts, load: Load, rows: number): Duration {
  const {repositories} = sample;
  const each = repositories.length === 0 ? 0 : load.hosts / Math.max(1, load.repositories);
  return durationOf([
    {headgate: rows / ownPace.verify.items},
    {hosts: Math.min(compared, load.repositories) * each},
  ]);
}

function waits(facts: RepositoriesFacts, load: Load): Phase {
  const {discovery, sample, settings, target} = facts;
  const {repositories} = sample;
  const {atOnce, repositories: perHost} = settings.hosts;
  const {pages, seconds} = target.decided;
  return {
    rate: (load.items + load.requests) / (settings.rate ?? Number.POSITIVE_INFINITY),
    listing: discovery.seconds,
    directory: together(load.directory, repositories, 'directory', directoryLimits),
    hosts: Math.max(together(load.hosts, repositories, 'host', {hosts: atOnce, perHost}), downSeconds(facts)),
    target: pages === 0 ? 0 : (Math.ceil(load.items / decidedTogether) * seconds) / pages,
  };
}

/** Whoever can't be reached is waited for, while there is other work and for a while after. */
function downSeconds({sample, settings}: RepositoriesFacts): number {
  const isDown = sample.repositories.some(({failed}) => failed !== null && isOfHost({kind: failed}));
  return isDown ? downPatienceMs(settings) / 1_000 : 0;
}

function ownSeconds(
  {repositories, items}: {readonly repositories: number; readonly items: number},
  load: Load,
): number {
  return load.repositories / repositories + load.items / items;
}

/** With fewer of a sample, a server's share of all is a guess. */
const leastOfServer = 5;

/** So much work, done at some servers at once and so much at each; one that has a great part of all takes longest. */
function together(
  busy: number,
  sampled: readonly SampledRepository[],
  server: 'directory' | 'host',
  limits: {readonly hosts: number; readonly perHost: number},
): number {
  const {servers, largest} = sharesOf(sampled, server);
  if (servers === 0) return 0;
  return Math.max(
    busy / (Math.min(limits.hosts, servers) * limits.perHost),
    (busy * largest) / limits.perHost,
  );
}

interface Shares {
  readonly servers: number;
  /** The share of the one that has most, where that is known; else 0. */
  readonly largest: number;
  readonly name: string | null;
}

export function sharesOf(sampled: readonly SampledRepository[], server: 'directory' | 'host'): Shares {
  const known = sampled.map(one => one[server]).filter(name => name !== '');
  const counts = [...Map.groupBy(known, name => name)].map(([name, those]) => ({name, count: those.length}));
  const most = counts.toSorted((a, b) => b.count - a.count)[0];
  const isKnown = most !== undefined && most.count >= Math.min(leastOfServer, known.length);
  return {
    servers: counts.length,
    largest: isKnown ? most.count / known.length : 0,
    name: isKnown ? most.name : null,
  };
}

/** What hosts alone take where each of them takes no more than it is known to: longer than what was measured, or null. */
export interface AtLimit {
  readonly seconds: number;
  /** The one that takes longest; null where it is some hosts at once that do. */
  readonly host: string | null;
}

export function atLimit(
  {sample, settings, hostLimit}: RepositoriesFacts,
  requests: number,
  measuredSeconds: number,
): AtLimit | null {
  const {servers, largest, name} = sharesOf(sample.repositories, 'host');
  if (hostLimit === null || servers === 0) return null;
  const each = hostLimit.seconds / hostLimit.requests;
  const together = (requests / Math.min(settings.hosts.atOnce, servers)) * each;
  // Who has few requests never comes to the limit.
  const alone = requests * largest <= hostLimit.requests ? 0 : requests * largest * each;
  const seconds = Math.max(requests / servers <= hostLimit.requests ? 0 : together, alone);
  return seconds > measuredSeconds ? {seconds, host: alone >= together ? name : null} : null;
}
