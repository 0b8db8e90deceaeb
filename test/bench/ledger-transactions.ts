import {cpus} from 'node:os';
import {emptyTally} from '../../src/core/accounting.ts';
import {noDrift} from '../../src/core/drift.ts';
import {type Entry, pageTally} from '../../src/core/entry.ts';
import type {Checkpoint} from '../../src/ledger/checkpoint.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import {median} from './quantile.ts';
import {table} from './table.ts';

/**
 * What the ledger's hot transactions take, one after the other and many at once, as a run over small repositories and
 * one over large pages ask for them.
 *
 *     node ledger-transactions.ts FILE.sqlite|postgres://… [ROUNDS=5]
 */

const [place = '', rounds = '5'] = process.argv.slice(2);
const atOnce = 64;
const holder = {name: 'bench', host: 'here', pid: 1, processStart: '1'};
const at = Date.now();

interface Measured {
  readonly what: string;
  readonly times: number;
  /** The median of the rounds. */
  readonly ms: number;
}

const small = entriesOf(5);
const large = entriesOf(1_000);

function entriesOf(count: number): readonly Entry[] {
  return Array.from({length: count}, (_, number) => ({
    key: `photos/2026/${String(number).padStart(6, '0')}.jpg`,
    bytes: 10_240,
    action: 'insert',
    fingerprint: `${number}-1700000000000000000`,
    found: {hash: (number * 2_654_435_761).toString(16).padStart(64, '0'), size: 10_240},
  }));
}

function checkpointOf(run: string, partition: string, page: number, entries: readonly Entry[]): Checkpoint {
  return {
    run,
    partition,
    page,
    entries,
    cursor: entries.at(-1)?.key ?? '',
    delta: entries.length === 0 ? emptyTally : pageTally(entries, entries.length),
    drift: noDrift,
    holder: holder.name,
    keeps: 'image',
    marked: true,
    reopened: false,
    fingerprints: null,
    at,
  };
}

async function round(ledger: Ledger, run: string): Promise<readonly Measured[]> {
  const {runs, repositories, partitions, pages} = ledger;
  await runs.create({
    id: run,
    backfill: 'records',
    mode: 'live',
    source: 'network',
    target: `target of ${run}`,
    sourceLabel: 'network',
    targetLabel: 'target',
    targetName: 'target',
    scope: {prefix: ''},
    settings: {page: {items: 1_000}},
    schema: 'TABLE records '.repeat(60),
    configDigest: 'digest',
    program: 'bench',
    rehearsedBy: null,
    undoes: null,
    label: 'rehearsed',
    createdAt: at,
  });
  await runs.move(run, 'running', {holder, at});
  await repositories.streams(run, [{id: 's', group: 'app.bsky.feed.post'}]);
  const ids = Array.from({length: 6_000}, (_, number) => `did:plc:${run}${String(number).padStart(20, '0')}`);
  const hosts = (some: readonly string[]) =>
    some.map((id, number) => [id, `https://host${number % 20}.example`] as const);
  const measured: Measured[] = [];
  const measure = async (what: string, times: number, work: () => Promise<unknown>) => {
    const begun = performance.now();
    await work();
    measured.push({what, times, ms: performance.now() - begun});
  };
  const inTurn = async <T>(some: readonly T[], one: (each: T) => Promise<unknown>) => {
    for (const each of some) await one(each);
  };
  const together = async <T>(some: readonly T[], one: (each: T) => Promise<unknown>) => {
    const left = some.values();
    await Promise.all(
      Array.from({length: atOnce}, async () => {
        for (const each of left) await one(each);
      }),
    );
  };
  const blocks = (size: number) =>
    Array.from({length: ids.length / size}, (_, block) => ids.slice(block * size, (block + 1) * size));
  await measure('repositories.found, 1,000 each', 6, () =>
    inTurn(blocks(1_000), found =>
      repositories.found(run, {
        stream: 's',
        group: 'app.bsky.feed.post',
        repositories: found.map(id => ({id, lo: `${id}/`, hi: `${id}0`})),
        cursor: 'next',
      }),
    ),
  );
  await measure('repositories.resolved, 200 each', 30, () =>
    inTurn(blocks(200), some => repositories.resolved(run, hosts(some))),
  );
  const [alone, crowd] = [ids.slice(0, 300), ids.slice(300, 5_100)];
  const served = {host: 'host1.example', items: 5, ms: 3};
  const groups = [{group: 'app.bsky.feed.post', settled: 5, done: 5}];
  const checkpointed = (id: string) => ledger.checkpoint({...checkpointOf(run, id, 1, small), groups});
  const finished = (id: string) => repositories.finish(run, id, served, at);
  const intended = (id: string) => pages.intend(run, id, 1, small);
  for (const [name, some, way] of [
    ['one by one', alone, inTurn],
    [`${atOnce} at once`, crowd, together],
  ] as const) {
    await measure(`intend, 5 items, ${name}`, some.length, () => way(some, intended));
    await measure(`checkpoint, 5 items, ${name}`, some.length, () => way(some, checkpointed));
    await measure(`repositories.finish, ${name}`, some.length, () => way(some, finished));
  }
  await partitions.add(run, [{id: 'p', kind: 'range', lo: '', hi: null, of: null}]);
  const numbers = Array.from({length: 20}, (_, number) => number + 1);
  const ends = {source: `s ${run}`, target: 't'};
  await measure('intend, 1,000 items', 20, () =>
    inTurn(numbers, page => pages.intend(run, 'p', page, large)),
  );
  await measure('checkpoint, 1,000 items, new fingerprints', 20, () =>
    inTurn(numbers, page => {
      const entries = large.map(entry => ({...entry, key: `${page}/${entry.key}`}));
      return ledger.checkpoint({...checkpointOf(run, 'p', page, entries), fingerprints: ends});
    }),
  );
  await measure('checkpoint, 1,000 items, same fingerprints', 20, () =>
    inTurn(numbers, page => {
      const entries = large.map(entry => ({...entry, key: `${page}/${entry.key}`}));
      return ledger.checkpoint({...checkpointOf(run, 'p', page + 20, entries), fingerprints: ends});
    }),
  );
  await measure('runs.requested', 300, () => inTurn(alone, () => runs.requested(run, holder.name)));
  await measure('fingerprints.of, 1,000 keys', 20, () =>
    inTurn(numbers, page =>
      ledger.fingerprints.of(
        ends.source,
        ends.target,
        large.map(({key}) => `${page}/${key}`),
      ),
    ),
  );
  await measure('runs.find', 50, () => inTurn(alone.slice(0, 50), () => runs.find(run)));
  await measure('repositories.reached', 10, () =>
    inTurn(alone.slice(0, 10), () => repositories.reached(run, host => host)),
  );
  await runs.move(run, 'completed', {holder: null, at});
  return measured;
}

const ledger = await Ledger.open(place);
const all: Measured[][] = [];
for (let number = 1; number <= Number(rounds); number++)
  all.push([...(await round(ledger, `r${Date.now().toString(36)}${number}`))]);
await ledger.close();
const rows = (all[0] ?? []).map(({what, times}, index): Measured => {
  const each = all.map(measured => measured[index]?.ms ?? Number.NaN);
  return {what, times, ms: median(each)};
});
process.stdout.write(`${cpus().length} cores, ${rounds} rounds\n\n`);
process.stdout.write(
  table<Measured>(
    [
      {title: 'what', text: ({what}) => what},
      {title: 'times', text: ({times}) => String(times)},
      {title: 'ms each', text: ({times, ms}) => (ms / times).toFixed(3)},
      {title: 'a second', text: ({times, ms}) => Math.round((times / ms) * 1_000).toLocaleString('en')},
    ],
    rows,
  ),
);
