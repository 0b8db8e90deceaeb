import {totalOf} from '../core/cluster-count.ts';
import {type Count, countOf, isExact, none, rounded} from '../core/count.ts';
import {type FailureKind, failureKinds} from '../core/failure.ts';
import type {Cost} from '../core/money.ts';
import {type Amount, type Kind, kinds, type Outlook} from './estimate-facts.ts';
import type {RepositoriesFacts, SampledRepository} from './estimate-repository-facts.ts';
import {
  type AtLimit,
  atLimit,
  dryRunTime,
  type Load,
  liveTime,
  verifyTime,
} from './estimate-repository-time.ts';
import type {Duration} from './estimate-time.ts';

/** What would happen, by what was measured of whole repositories. It is made from facts alone: no I/O, no clock, no chance. */
export interface RepositoriesPrediction extends Outlook {
  readonly repositories: Outcomes;
  /** Items of all that can be read. */
  readonly listed: Count;
  /** What one step reads of hosts. */
  readonly download: Amount;
  readonly bytes: Count;
  readonly pages: number;
  readonly steps: Readonly<Record<'dryRun' | 'live' | 'verify', RepositoriesStep>>;
  /** Of all three; between the two seconds, where what hosts hold is as little or as much as it may be. */
  readonly duration: Duration & {readonly low: number; readonly high: number};
  /** Where hosts limit what they are asked as most do, a step takes so long. */
  readonly atLimit: AtLimit | null;
  /** Requests of a dry run. */
  readonly source: SourceRequests;
  /** Rows of the table. */
  readonly rows: {readonly before: number; readonly after: Count};
  /** Nobody has a price for any of it. */
  readonly costs: readonly Cost[];
}

export interface Outcomes {
  readonly found: number;
  readonly isLeast: boolean;
  readonly done: Count;
  readonly failures: Count;
  readonly failed: Readonly<Partial<Record<FailureKind, Count>>>;
}

/** By who is asked: those who list, those who tell where somebody is, and hosts. */
export interface SourceRequests {
  readonly relay: number;
  readonly directory: Count;
  readonly host: Count;
}

export interface RepositoriesStep extends Duration {
  readonly source: SourceRequests;
}

export function predictRepositories(facts: RepositoriesFacts): RepositoriesPrediction {
  const {discovery, sample, target} = facts;
  const {repositories} = sample;
  const total = (of: (one: SampledRepository) => number, typical?: number) =>
    totalOf(repositories.map(of), discovery.found, typical);
  const whole = (count: Count) => rounded([count])[0] ?? none;
  const outlook = outlookOf(facts, total);
  const bytes = whole(total(({bytes: read}) => read));
  const source: SourceRequests = {
    relay: discovery.requests,
    directory: whole(total(({requests}) => requests.directory, 0)),
    host: whole(total(({requests}) => requests.host)),
  };
  const time = timeOf(facts, outlook, source, total);
  const idle: SourceRequests = {relay: 0, directory: none, host: none};
  const step = (duration: Duration, asks: SourceRequests) => ({...duration, source: asks});
  const {insert, delete: gone} = outlook.items;
  const before = target.costs.rows.count;
  return {
    ...outlook,
    repositories: outcomesOf(facts),
    download: {items: outlook.listed.value, bytes: bytes.value},
    bytes,
    pages: Math.round(total(({pages}) => pages).value),
    steps: {
      dryRun: step(time.dryRun, source),
      live: step(time.live, outlook.changes.high === 0 ? idle : source),
      verify: step(time.verify, idle),
    },
    duration: time.whole,
    atLimit: atLimit(facts, source.host.value, time.dryRun.seconds),
    source,
    rows: {
      before,
      after: {
        value: before + insert.value - gone.value,
        low: Math.max(0, before + insert.low - Math.min(before, gone.high)),
        high: before + insert.high - gone.low,
      },
    },
    costs: [],
  };
}

type Total = (of: (one: SampledRepository) => number, typical?: number) => Count;

function itemsOf({items}: SampledRepository, wanted: readonly Kind[] = kinds): number {
  return wanted.reduce((sum, kind) => sum + items[kind], 0);
}

/** What rows are needed for: there can't be more of it than there are rows. */
const ofRows: readonly Kind[] = ['update', 'delete', 'unchanged'];

/** What was seen of no repository may be of those that were not drawn: as much as they usually have. */
function outlookOf(
  {sample: {repositories}, target: {costs}}: RepositoriesFacts,
  total: Total,
): Outlook & Pick<RepositoriesPrediction, 'listed'> {
  const all = total(one => itemsOf(one));
  const typical = repositories.reduce((sum, one) => sum + itemsOf(one), 0) / Math.max(1, repositories.length);
  const rows = costs.rows.isLeast ? Number.POSITIVE_INFINITY : costs.rows.count;
  const of = (...wanted: readonly Kind[]): Count => {
    const {value, low, high} = total(one => itemsOf(one, wanted), typical);
    const most = wanted.every(kind => ofRows.includes(kind)) ? rows : Number.POSITIVE_INFINITY;
    return {value, low, high: Math.max(value, Math.min(high, all.high, most))};
  };
  const [insert = none, update = none, gone = none, unchanged = none, skip = none, fail = none] = rounded(
    kinds.map(kind => of(kind)),
  );
  const items = {insert, update, delete: gone, unchanged, skip, fail};
  const sum = (counts: readonly Count[]) => counts.reduce((together, {value}) => together + value, 0);
  return {
    items,
    changes: around(sum([insert, update, gone]), of('insert', 'update', 'delete')),
    listed: around(sum(Object.values(items)), all),
  };
}

/** Whole numbers, around a value that was rounded with others. */
function around(value: number, {low, high}: Count): Count {
  const [ends = none] = rounded([{value, low, high}]);
  return ends;
}

function outcomesOf({discovery: {found, isLeast}, sample}: RepositoriesFacts): Outcomes {
  const {repositories} = sample;
  const looked = repositories.length;
  const counted = (isSo: (one: SampledRepository) => boolean) =>
    countOf([{size: found, looked, found: repositories.filter(isSo).length}]);
  const seen = failureKinds.filter(kind => repositories.some(({failed}) => failed === kind));
  const [done = none, ...failed] = rounded([
    counted(one => one.failed === null),
    ...seen.map(kind => counted(one => one.failed === kind)),
  ]);
  const [failures = none] = rounded([counted(one => one.failed !== null)]);
  return {
    found,
    isLeast,
    done,
    failures: around(found - done.value, failures),
    failed: Object.fromEntries(seen.map((kind, place) => [kind, failed[place] ?? none])),
  };
}

interface Times {
  readonly dryRun: Duration;
  readonly live: Duration;
  readonly verify: Duration;
  readonly whole: RepositoriesPrediction['duration'];
}

/** The same three times: as predicted, and with as little and as much of everything as there may be. */
function timeOf(
  facts: RepositoriesFacts,
  {listed, changes}: Outlook & Pick<RepositoriesPrediction, 'listed'>,
  source: SourceRequests,
  total: Total,
): Times {
  const {found} = facts.discovery;
  const [directory, hosts] = [total(({seconds}) => seconds.directory, 0), total(({seconds}) => seconds.host)];
  const at = (end: keyof Count) => {
    const load: Load = {
      repositories: found,
      items: listed[end],
      requests: source.relay + source.directory[end] + source.host[end],
      directory: directory[end],
      hosts: hosts[end],
    };
    const rows = facts.target.costs.rows.count + changes[end];
    const steps = {
      dryRun: dryRunTime(facts, load),
      live: liveTime(facts, load, changes.high),
      verify: verifyTime(facts, load, rows),
    };
    const seconds = Object.values(steps).reduce((sum, step) => sum + step.seconds, 0);
    const slowest = Object.values(steps).toSorted((a, b) => b.seconds - a.seconds)[0];
    return {...steps, seconds, bottleneck: slowest?.bottleneck ?? null};
  };
  const {seconds, bottleneck, ...steps} = at('value');
  const isAll = isExact(listed) && facts.sample.repositories.length === found;
  return {
    ...steps,
    whole: {
      seconds,
      bottleneck,
      low: isAll ? seconds : at('low').seconds,
      high: isAll ? seconds : at('high').seconds,
    },
  };
}
