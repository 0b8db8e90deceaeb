import {describe, expect, it} from 'vitest';
import {findRecovery} from '../../src/backfills/registry.ts';
import {Engine} from '../../src/engine/engine.ts';
import {thisProcess} from '../../src/engine/holder.ts';
import {nothingTyped} from '../../src/engine/live-gates.ts';
import {type RecoveryNews, type RecoveryOptions, recover} from '../../src/engine/recovery.ts';
import {ArtifactsWorld} from '../support/artifacts.ts';
import {sqliteHosted, targetHosts} from '../support/target-host.ts';

const name = (target: {readonly name: string}) => target.name;

/** Doubles of two objects, one of which is named by three tables' rows; and a type that only the older row knows. */
async function broken(world: ArtifactsWorld): Promise<ArtifactsWorld> {
  await world.insert(
    {id: 1, key: 'sec/a.pdf', at: '2025-01-01'},
    {id: 2, key: 'sec/a.pdf', at: '2025-02-01'},
    {id: 3, key: 'sec/b.pdf', at: '2025-01-01'},
    {id: 4, key: 'sec/b.pdf', at: '2025-01-01'},
    {id: 5, key: 'hkex/c.pdf', type: 'unknown'},
  );
  await world.datapoints([1, 1, 'x'], [2, 2, 'y'], [3, 3, 'z']);
  await world.citations(['one', 1]);
  return world;
}

interface Told {
  readonly news: RecoveryNews[];
  readonly counts: Readonly<Record<string, number>>;
}

async function recovering(
  world: ArtifactsWorld,
  options: Partial<RecoveryOptions> = {},
): Promise<Told & Awaited<ReturnType<typeof recover>>> {
  const {target} = await world.connection('artifacts-cleanup');
  const news: RecoveryNews[] = [];
  const recovered = await recover(world.engine, {
    recovery: findRecovery('artifacts'),
    target,
    source: null,
    options: undefined,
    prefix: '',
    confirm: name(target),
    whole: null,
    takeOver: null,
    watchSeconds: 0,
    acceptWriters: false,
    signal: new AbortController().signal,
    follow: () => undefined,
    ended: () => undefined,
    ...options,
    tell: each => {
      news.push(each);
      options.tell?.(each);
    },
  });
  return {news, counts: Object.fromEntries(recovered.after.map(({id, count}) => [id, count])), ...recovered};
}

/** Another process wants to go live on the same target: what its lease gate says. */
/** Asks as another Headgate, whose dry run was made before, what keeps it from writing. */
async function otherHeadgate(world: ArtifactsWorld): Promise<() => Promise<string>> {
  const connection = await world.connection('artifacts-cleanup');
  const other = new Engine({...world.engine.host, self: thisProcess('other')});
  const {record} = await (await other.rehearse(connection, connection.backfill.scope.parse({}), {})).done;
  return async () => {
    const gates = await other.gates(connection, record, nothingTyped);
    return gates.find(({id}) => id === 'lease')?.reason ?? '';
  };
}

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();

  it('mends until every invariant that it answers for holds, and can be undone run by run', async () => {
    const world = await broken(await ArtifactsWorld.make(hosted));
    const start = await world.digest();
    const {counts, runs, news, endings} = await recovering(world);
    expect(counts).toMatchObject({uniqueness: 0, 'no-orphans': 0, 'unique-index': 0, 'no-unknown': 1});
    expect(await world.ids()).toEqual([2, 4, 5]);
    expect(await world.naming()).toEqual({1: 2, 2: 2, 3: 4});
    expect(news.map(({step, state}) => `${step} ${state}`)).toEqual([
      'hold begins',
      'hold done',
      'measure begins',
      'measure done',
      'mend begins',
      'mend done',
      'mend begins',
      'mend done',
      'verify begins',
      'verify done',
    ]);
    // What no run of it could mend is still told.
    expect(endings).toEqual(['invariant']);
    for (const run of runs.toReversed()) await world.undo(run);
    expect(await world.digest()).toBe(start);
  });
});

describe('a recovery', () => {
  it('looks, and writes nothing, until the name is typed', async () => {
    const world = await broken(await ArtifactsWorld.make(sqliteHosted));
    const start = await world.digest();
    const {news, runs} = await recovering(world, {confirm: null});
    expect(news.at(-1)).toMatchObject({
      step: 'mend',
      state: 'done',
      says: expect.stringMatching(/^artifacts-cleanup: 2 changes to make/),
    });
    expect(runs).toEqual([]);
    expect(await world.digest()).toBe(start);
    expect(await world.sql("SELECT name FROM sqlite_schema WHERE name GLOB 'headgate*'")).toEqual([]);
    await expect(recovering(world, {confirm: 'artefacts.sqlite'})).rejects.toThrow(
      /is not the target's name/,
    );
    expect(await world.digest()).toBe(start);
  });

  it('keeps every other Headgate from writing, also between its runs, and gives the lease back', async () => {
    const world = await broken(await ArtifactsWorld.make(sqliteHosted));
    const leaseGate = await otherHeadgate(world);
    const said: Promise<string>[] = [];
    const tell = ({step, state}: RecoveryNews) => {
      if (step !== 'hold' && state === 'begins') said.push(leaseGate());
    };
    await recovering(world, {tell});
    const reasons = await Promise.all(said);
    expect(reasons.length).toBeGreaterThanOrEqual(4);
    for (const reason of reasons) expect(reason).toMatch(/is being written by/);
    expect(reasons[0]).toMatch(/recovery of artifacts/);
    expect(await leaseGate()).toBe('nobody else writes to the target');
  });

  it('goes round again where one run has made another possible', async () => {
    const world = await ArtifactsWorld.make(sqliteHosted, {objects: ['sec/a.pdf', 'hkex/new.pdf']});
    // The clean-up leaves it alone, because the type would be lost; the inventory tells the type.
    await world.insert(
      {id: 1, key: 'sec/a.pdf', type: 'sec'},
      {id: 2, key: 'sec/a.pdf', type: null, at: '2026'},
    );
    const {source} = await world.connection('artifacts-inventory');
    await expect(recovering(world, {source})).rejects.toThrow(/would take up all of docs/);
    const {counts, runs} = await recovering(world, {source, whole: 'docs'});
    expect(counts).toMatchObject({
      uniqueness: 0,
      'unique-index': 0,
      'no-unknown': 0,
      'objects-without-row': 0,
    });
    expect(runs.map(({backfill}) => backfill)).toEqual([
      'artifacts-inventory',
      'artifacts-cleanup',
      'artifacts-index',
    ]);
  });

  it('stops where another program still writes, and says what changed', {timeout: 30_000}, async () => {
    const world = await broken(await ArtifactsWorld.make(sqliteHosted));
    let next = 100;
    const writer = setInterval(() => void world.insert({id: next++, key: `sec/${next}.pdf`}), 50);
    try {
      await expect(recovering(world, {watchSeconds: 1})).rejects.toMatchObject({
        code: 'gate',
        message: expect.stringMatching(/somebody still writes to .*rows of artifacts \d+ → \d+/),
        hint: expect.stringContaining('--accept-writers'),
      });
      expect((await world.ids()).slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
      const leaseGate = await otherHeadgate(world);
      expect(await leaseGate()).toBe('nobody else writes to the target');
      const {news} = await recovering(world, {watchSeconds: 1, acceptWriters: true});
      expect(news.find(({says}) => says.startsWith('somebody still writes'))).toMatchObject({state: 'done'});
    } finally {
      clearInterval(writer);
    }
    expect(await world.ids()).not.toContain(1);
  });

  it('refuses a target that keeps no lease', async () => {
    const world = await broken(await ArtifactsWorld.make(sqliteHosted, {marks: false}));
    await expect(recovering(world)).rejects.toThrow(/keeps no lease/);
    expect(await world.ids()).toEqual([1, 2, 3, 4, 5]);
  });
});

describe.each(targetHosts)('a recovery on $host that is interrupted', ({begin}) => {
  const hosted = begin();

  it('comes to rest with the lease free and what was begun on record', async () => {
    const world = await broken(await ArtifactsWorld.make(hosted));
    const abort = new AbortController();
    const tell = ({step, says}: RecoveryNews) => {
      if (step === 'mend' && says.startsWith('artifacts-index')) abort.abort(new Error('interrupted'));
    };
    await recovering(world, {signal: abort.signal, tell}).catch(() => undefined);
    const leaseGate = await otherHeadgate(world);
    expect(await leaseGate()).toBe('nobody else writes to the target');
    // The clean-up before it came to its end.
    expect(await world.ids()).toEqual([2, 4, 5]);
    const {counts} = await recovering(world);
    expect(counts).toMatchObject({uniqueness: 0, 'unique-index': 0});
  });
});
