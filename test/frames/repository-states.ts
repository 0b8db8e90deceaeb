import {findBackfill} from '../../src/backfills/registry.ts';
import {reduceRun, startRunView, tickRun} from '../../src/console/reduce-run.ts';
import {failedList, failuresList} from '../../src/console/rows.ts';
import type {RunView} from '../../src/console/run-view.ts';
import type {ListRow, SetupView} from '../../src/console/state.ts';
import type {CoverageGroup} from '../../src/core/checks.ts';
import type {HostLimit, RunEvent, Snapshot} from '../../src/core/event.ts';
import {remedies} from '../../src/core/failure.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import {type Beginning, ScriptedRun} from '../console/run-events.ts';
import {open} from '../runbook/flow-facts.ts';
import {type Case, facts, list, setup, state, viewed} from './console-states.ts';
import {live, liveId, now, plan, planId} from './frame-facts.ts';
import {coverage, group} from './measured-facts.ts';
import {localLimit} from './run-views.ts';

/** What the operator sees of a network with hundreds of hosts and tens of thousands of repositories. */

const {title, rehearsal, words} = findBackfill('records');

function recordsSetup(changes: Partial<SetupView> = {}): SetupView {
  return setup({
    name: 'records',
    backfill: 'records',
    title,
    rehearsal,
    words,
    listsMissing: false,
    source: 'atproto',
    target: 'postgres://db.example/appview',
    targetName: 'appview',
    ...changes,
  });
}

const calm: HostLimit = {...localLimit, host: 'mill.example', limit: 16, inFlight: 8, requests: 12_345};

function down(host: string, waiting: number, changes: Partial<HostLimit['aside']> = {}): HostLimit {
  const fault = {kind: 'connection', message: `${host}: connect ECONNREFUSED 203.0.113.7:443`} as const;
  return {
    ...calm,
    host,
    inFlight: 0,
    requests: 5,
    aside: {waiting, since: now - 185_000, until: now + 8_000, fault, ...changes},
  };
}

/** Three hundred, among them some that are down, that want to be left alone, and that are slow. */
const manyHosts: readonly HostLimit[] = [
  ...Array.from({length: 290}, (_, index) => ({
    ...calm,
    host: `pds-${index}.host.example`,
    inFlight: index < 6 ? 4 : 0,
    requests: 1_000 - index,
  })),
  {...calm, host: 'slow.example', reason: 'latency 1812 ms', limit: 2, inFlight: 2},
  {...calm, host: 'weir.example', reason: 'rate-limited', limit: 3, inFlight: 0, waitsUntil: now + 42_000},
  ...Array.from({length: 7}, (_, index) => down(`gone-${index}.example`, 7 - index)),
  down('lock.example', 405),
];

interface Standing {
  readonly beginning?: Beginning;
  readonly snapshot?: Partial<Snapshot>;
  readonly events?: (run: ScriptedRun) => readonly RunEvent[];
}

/** A run at work for 30 seconds, now at what is said of it. */
function working({beginning = {}, snapshot = {}, events}: Standing = {}): RunView {
  const run = new ScriptedRun({backfill: 'records', mode: 'dry-run', ...beginning});
  const origin = now - run.at - 30_000;
  const at = <T extends {readonly snapshot: Snapshot}>(event: T): T => ({
    ...event,
    snapshot: {...event.snapshot, run: planId, at: event.snapshot.at + origin},
  });
  let view = startRunView(at(run.started));
  const told = (event: RunEvent) => {
    view = reduceRun(view, at(event));
  };
  told(run.discover(60_000));
  for (let second = 1; second <= 30; second++) {
    run.seconds = second;
    run.resolve(50);
    for (let one = 0; one < 30; one++) told(run.fetched());
    told(run.list(500));
    told(run.settle(500));
  }
  for (const event of events?.(run) ?? []) told(event);
  const shown = tickRun(view, now);
  return {...shown, snapshot: {...shown.snapshot, bytesRead: 1_234_567_890, ...snapshot, at: now}};
}

const soFar: Partial<Snapshot> = {
  partitions: {done: 8_204, failed: 37, pending: 37_104},
  discovery: {found: 45_345, resolved: 41_900, isOver: false},
  limits: manyHosts,
};
const failing = (run: ScriptedRun) =>
  Array.from({length: 37}, (_, index) => run.gaveUp(`did:plc:${index}`, 'lock.example')).flat();

const finding = working({snapshot: soFar, events: failing});
const found = working({
  snapshot: {
    ...soFar,
    partitions: {done: 40_000, failed: 37, pending: 5_308},
    discovery: {found: 45_345, resolved: 45_340, isOver: true},
  },
  events: run => {
    run.discovered();
    return [run.fetched()];
  },
});
const waiting = working({
  snapshot: {
    ...soFar,
    partitions: {done: 44_900, failed: 40, pending: 405},
    discovery: {found: 45_345, resolved: 45_345, isOver: true},
    limits: [calm, down('lock.example', 405, {until: now - 1})],
  },
  events: run => {
    run.discovered();
    return [run.fetched()];
  },
});

const planning = plan({backfill: 'records', status: 'running', finishedAt: null});

function atWork(run: RunView, changes: Partial<SetupView> = {}) {
  return {
    setups: [recordsSetup({atWork: run.run, facts: facts({plan: planning}), ...changes})],
    runs: {[run.run]: run},
  };
}

export const repositoryRunCases: readonly Case[] = [
  {
    name: 'that are still being found',
    state: state({...viewed('run'), ...atWork(finding)}),
    says: [
      'dry run of records',
      '8,241 of 45,345 repositories so far',
      'records/s,',
      'repositories/s',
      'repositories: 45,345 found so far, 41,900 resolved, 8,204 fetched, 37 failed, 433 set aside',
      'lock.example: down 3 min, 405 wait, next try in 8 s',
      'p pause',
    ],
    saysMore: ['gone-0.example: down 3 min, 7 wait', 'H hosts', 'in flight (H lists all)'],
    saysNot: ['items/s', 'left', '%  ·', 'did:plc:36: ECONNREFUSED'],
  },
  {
    name: 'of which all are found',
    state: state({...viewed('run'), ...atWork(found)}),
    says: ['40,037/45,345', '88.29 %', '45,345 found, 45,340 resolved, 40,000 fetched, 37 failed'],
    saysMore: ['min left'],
    saysNot: ['so far,'],
  },
  {
    name: 'that wait for a host that is down',
    state: state({...viewed('run'), ...atWork(waiting)}),
    says: ['44,940/45,345', '99.10 %', 'hosts are down', 'lock.example: down 3 min, 405 wait, being tried'],
    saysNot: [' left'],
  },
  {
    name: 'in the runbook',
    state: state({...viewed('runbook'), ...atWork(finding)}),
    says: [
      '● dry run 8,241 of 45,345 repositories so far',
      '41,900 resolved, 8,204 fetched, 37 failed, 433 set aside',
      'lock.example: down 3 min',
    ],
  },
  {
    name: 'in the runbook, of which all are found',
    state: state({...viewed('runbook'), ...atWork(found)}),
    says: ['40,037/45,345', '88.29 %'],
    saysMore: ['min left'],
  },
  {
    name: 'of another process, which tells no more than its counts',
    state: state({
      ...viewed('run'),
      setups: [
        recordsSetup({
          facts: facts({
            plan: plan({
              backfill: 'records',
              status: 'running',
              finishedAt: null,
              discovered: false,
              partitions: {done: 1_204, failed: 3, pending: 3_793},
            }),
          }),
        }),
      ],
    }),
    says: ['1,207 of 5,000 repositories so far', '5,000 found so far, 1,204 fetched, 3 failed'],
    saysNot: ['resolved'],
  },
  {
    name: 'that ended incomplete',
    state: state({
      ...viewed('run'),
      setups: [recordsSetup({facts: facts({plan: ended()})})],
    }),
    says: ['incomplete', '45,345/45,345', '100.00 %', '45,308 fetched, 37 failed'],
  },
  {
    name: 'on the overview, while they are found',
    state: state({...viewed('overview'), ...atWork(finding)}),
    says: ['records', '8,241 so far', 'dry run at work'],
  },
];

function ended(changes: Partial<Omit<RunRecord, 'tally'>> = {}): RunRecord {
  return plan(
    {
      backfill: 'records',
      status: 'incomplete',
      partitions: {done: 45_308, failed: 37, pending: 0},
      ...changes,
    },
    {inserted: 1_234_567, updated: 1_204, unchanged: 67},
  );
}

const hosts = (changes: Parameters<typeof viewed>[1] = {}) => viewed('hosts', {of: planId, ...changes});

export const hostsCases: readonly Case[] = [
  {
    name: 'that are many, those that need somebody first',
    state: state({...hosts(), ...atWork(finding)}),
    says: [
      `Hosts of ${planId}`,
      '8 down, 1 waits, of 300',
      '> gone-0.example: down 3 min, 7 wait, next try in 8 s',
      'down since 11:59 UTC: gone-0.example: connect ECONNREFUSED',
    ],
    saysMore: [
      'lock.example: down 3 min, 405 wait',
      'weir.example: waits 42 s, 0 in flight (limit 3: rate-limited)',
    ],
  },
  {
    name: 'at the last of them',
    state: state({...hosts({at: 299}), ...atWork(finding)}),
    says: ['> slow.example: ', 'latency 1812 ms', '12,345 requests'],
    saysMore: ['slow.example: 2 in flight (limit 2: latency 1812 ms)'],
  },
  {
    name: 'that are filtered',
    state: state({...hosts({filter: 'pds-28', isFiltering: true}), ...atWork(finding)}),
    says: ['/ pds-28', '11 of 300 with "pds-28"', '> pds-28.host.example'],
  },
  {
    name: 'that are filtered to none',
    state: state({...hosts({filter: 'zzz'}), ...atWork(finding)}),
    says: ['0 of 300 with "zzz"', 'Nothing matches: esc clears the filter.'],
  },
  {
    name: 'of a run that this session has not followed',
    state: state({...hosts(), setups: [recordsSetup({facts: facts({plan: ended()})})]}),
    says: ['How hosts are asked is known of runs of this session only.'],
  },
];

function ofHost(name: string, done: number, total: number, ms: number, missing = {}): CoverageGroup {
  return {
    ...group(`host ${name}`, done, total, {
      missing,
      section: 'hosts',
      ms,
      rows: done * 12,
      rowsDone: done * 12,
    }),
  };
}

const recordsCoverage = coverage([
  group('*', 44_905, 45_345, {
    rows: 543_210,
    rowsDone: 543_100,
    missing: {connection: 405, 'taken-down': 35},
  }),
  ...Array.from({length: 3}, (_, index) =>
    group(`app.example.games.collection${index}`, 1_000, 1_000 + index, {section: 'collections'}),
  ),
  ...Array.from({length: 120}, (_, index) => ofHost(`pds-${index}.host.example`, 100, 100, index * 1_000)),
  ofHost('lock.example', 0, 405, 0, {connection: 405}),
  ofHost('waits.example', 3, 20, 300, {'not read yet': 17}),
]);

const measured = facts({
  plan: ended({usedBy: liveId}),
  live: live({backfill: 'records'}),
  coverage: recordsCoverage,
});

export const repositoryCoverageCases: readonly Case[] = [
  {
    name: 'of repositories, with collections and hosts apart, failing hosts first',
    state: state({...viewed('coverage'), setups: [recordsSetup({facts: measured})]}),
    says: [
      '> all',
      '99.02 %',
      '44,905 of 45,345',
      'repositories 44,905 of 45,345 that were listed were read to',
      'records 543,100 of 543,210 in the target',
      'missing 405 connection, 35 taken-down',
    ],
    saysMore: ['collections', 'app.exampl', 'hosts lock.example', 'pds-119.host.example'],
    saysNot: ['host lock', 'enter lists them'],
  },
  {
    name: 'of the host that failed',
    state: state({...viewed('coverage', {at: 4}), setups: [recordsSetup({facts: measured})]}),
    says: ['> lock.example', '0.00 %', '0 of 405', 'missing 405 connection', 'records 0 were read'],
  },
  {
    name: 'of the slowest host',
    state: state({...viewed('coverage', {at: 5}), setups: [recordsSetup({facts: measured})]}),
    says: ['> pds-119.h', '100.00 %', '1,200 were read, 1.2 s for each repository', 'missing nothing'],
    saysMore: ['1.2 s each'],
  },
  {
    name: 'of hosts, filtered',
    state: state({...viewed('coverage', {filter: 'pds-11'}), setups: [recordsSetup({facts: measured})]}),
    says: ['12 of 126', 'hosts pds-119.h', 'pds-118.h'],
    saysNot: ['collections', 'lock.example'],
  },
];

const connection: ListRow = {
  key: 'connection',
  kind: 'connection',
  isGroup: true,
  text: 'connection: 405 repositories at 5 hosts',
  detail: `lock.example 388, weir.example 10, mill.example 4 and 2 hosts more\nconnect ECONNREFUSED\n${remedies.connection}`,
};
const takenDown: ListRow = {
  key: 'taken-down',
  kind: 'taken-down',
  isGroup: true,
  text: 'taken-down: 35 repositories at 12 hosts',
  detail: remedies['taken-down'],
};
const brokenOff: ListRow = {
  key: 'relay.example app.example.post',
  kind: 'timeout',
  text: 'relay.example app.example.post  not read to its end (timeout)',
  detail: `nothing came for 30 s\n${remedies.timeout}`,
};
const liveFailed = facts({
  plan: ended({usedBy: liveId}),
  live: live({backfill: 'records', status: 'incomplete'}),
  open: {
    run: liveId,
    counts: {
      ...open({failed: 443, partitions: 440, streams: 1}),
      kinds: {connection: 405, 'taken-down': 35, invalid: 3},
    },
  },
});
const failures = {
  setups: [recordsSetup({facts: liveFailed})],
  lists: {[failuresList(liveId)]: list([brokenOff, connection, takenDown])},
};
const ofKind = failedList(liveId, 'connection');

export const repositoryFailuresCases: readonly Case[] = [
  {
    name: 'of repositories, by kind, with the listing that broke off',
    state: state({...viewed('failures', {at: 1}), ...failures}),
    says: [
      `Left open by ${liveId}`,
      '440 repositories, 3 records failed (405 connection, 35 take',
      'relay.example app.example.post not read to its end',
      '> connection: 405 repositories at 5 hosts',
      'lock.example 388, weir.example 10',
      'enter open',
      'T retry its kind',
    ],
    saysMore: ['3 invalid), 1 listing not read to its end', 'The connection broke', 't retry'],
  },
  {
    name: 'of one kind, repository by repository',
    state: state({
      ...viewed('items', {of: ofKind, title: `connection: ${liveId}`, at: 1}),
      ...failures,
      lists: {
        [ofKind]: list(
          Array.from({length: 405}, (_, index) => ({
            key: `did:plc:${index}`,
            kind: 'connection' as const,
            text: `did:plc:abcdefghijklmnop${index}  lock.example`,
            detail: `connect ECONNREFUSED (after 3 attempts)\n${remedies.connection}`,
          })),
        ),
      },
    }),
    says: [
      `connection: ${liveId}`,
      '2 of 405',
      '> did:plc:abcdefghijklmnop1 lock.example',
      'after 3 attempts',
      'T retry its kind',
    ],
  },
  {
    name: 'in the runbook, in the words of records',
    state: state({...viewed('runbook'), setups: [recordsSetup({facts: liveFailed})]}),
    says: [
      '440 repositories, 3 records failed',
      'take up only the 443 failures again, and 1 listing not read to its end',
    ],
    saysMore: ['2,171 records written'],
  },
];
