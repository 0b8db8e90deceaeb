import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it} from 'vitest';
import {z} from 'zod';
import {findBackfill} from '../../src/backfills/registry.ts';
import {wholeScreen} from '../../src/console/whole-screen.ts';
import type {Target} from '../../src/databases/database.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {thisProcess} from '../../src/engine/holder.ts';
import {readLease} from '../../src/engine/mark.ts';
import {Reservation} from '../../src/engine/reservation.ts';
import {artifactsContent} from '../../src/sandbox/artifacts-content.ts';
import {tempFolder} from '../support/temp.ts';
import {type Driven, type DriveOptions, driveStarted} from './console-under-test.ts';

/** The recovery of artifacts by keys alone, on the sandbox's table. */

const doubles =
  'SELECT count(*) AS count FROM (SELECT 1 FROM artifacts WHERE r2_key IS NOT NULL GROUP BY r2_bucket, r2_key HAVING count(*) > 1)';

/** What happens around the target while it is recovered. */
interface Around {
  /** Before a reader is opened. */
  readonly opened?: (world: World) => void;
  /** Before the second page of changes is written. */
  readonly underWay?: (world: World) => void;
}

interface World extends Driven {
  readonly target: Target;

  sql(statement: string): readonly unknown[];
  leaseIsFree(): Promise<boolean>;
}

async function broken(options: DriveOptions = {}, around: Around = {}): Promise<World> {
  const path = join(tempFolder(), 'docs.sqlite');
  using db = new DatabaseSync(path);
  for (const {sql, params} of artifactsContent().statements) db.prepare(sql).run(...params);
  const target = await sqliteTarget({path});
  let world: World | null = null;
  let pages = 0;
  const watched: Target = {
    ...target,
    openReader: () => {
      if (world !== null) around.opened?.(world);
      return target.openReader();
    },
    openDatabase: async given => {
      const database = await target.openDatabase(given);
      return {
        dialect: database.dialect,
        query: (sql, params, asking) => database.query(sql, params, asking),
        close: () => database.close(),
        transaction: (statements, asking) => {
          if (statements.some(({counts}) => counts !== undefined) && ++pages === 2 && world !== null)
            around.underWay?.(world);
          return database.transaction(statements, asking);
        },
      };
    },
  };
  const driven = await driveStarted({
    watchSeconds: 0,
    connection: {
      backfill: findBackfill('artifacts-cleanup'),
      source: {id: target.id, label: '', service: target.service},
      target: watched,
    },
    ...options,
  });
  world = {
    ...driven,
    target,
    sql: statement => {
      using own = new DatabaseSync(path);
      return own.prepare(statement).all();
    },
    leaseIsFree: async () => {
      const reader = await target.openReader();
      const lease = await readLease(reader).finally(() => reader.close());
      return lease === null || lease.run === null;
    },
  };
  return world;
}

/** Whenever it is looked at, another program has written once more, as long as `isIngesting` says so. */
function ingesting(isIngesting: () => boolean): Promise<World> {
  const opened = ({sql}: World) => {
    if (isIngesting()) sql(ingested);
  };
  return broken({watchSeconds: 0.01}, {opened});
}

/** Looked, and the name typed. */
async function mending(world: World): Promise<void> {
  world.keys('R', 'enter');
  await world.until(isOver);
  world.keys('enter');
  world.type('docs.sqlite');
  world.keys('enter');
}

const isMended = (world: Driven) => isOver(world) && world.shown().recovery?.isMending === true;

function count(world: World, query: string): number {
  const [row] = world.sql(query);
  return z.object({count: z.number()}).parse(row).count;
}

/** In pages so small that there is a middle. */
const inPages = {settings: {page: {items: 10, bytes: 1e9, seconds: 60}}};
const ingested =
  "INSERT INTO artifacts (r2_bucket, r2_key) SELECT 'archive', 'new/' || (max(artifact_id) + 1) FROM artifacts";

const isOver = ({shown}: Driven) => {
  const {recovery} = shown();
  return recovery !== null && recovery.state !== 'working' && recovery.state !== 'stopping';
};

describe('a recovery', {timeout: 60_000}, () => {
  it('looks first, mends once the name is typed, and says what is left and why', async () => {
    const world = await broken();
    world.keys('R');
    expect(world.view()).toBe('recovery');
    world.keys('enter');
    await world.until(isOver);
    expect(wholeScreen(world.state())).toMatch(/127 changes to make, 3 left alone/);
    expect(world.sql(doubles)).toEqual([{count: 130}]);
    world.keys('enter');
    expect(world.state().dialog?.type).toBe('confirm');
    world.type('docs.sqlit');
    world.keys('enter');
    expect(world.sql(doubles)).toEqual([{count: 130}]);
    world.type('e');
    world.keys('enter');
    await world.until(now => isOver(now) && now.shown().recovery?.isMending === true);
    expect(world.shown().recovery?.state).toBe('done');
    expect(world.sql(doubles)).toEqual([{count: 3}]);
    const screen = wholeScreen(world.state());
    expect(screen).toMatch(/every object has one row at most +130 → +3/);
    expect(screen).toMatch(/archive\/10k\/0002\.html/);
    expect(await world.leaseIsFree()).toBe(true);
  });

  it('is given up by a key, comes to rest, and holds nothing any more', async () => {
    const world = await broken({watchSeconds: 600});
    world.keys('R', 'enter');
    await world.until(({shown}) => shown().recovery?.steps.watch?.state === 'working');
    world.keys('s');
    await world.until(isOver);
    expect(world.shown().recovery?.state).toBe('given up');
    expect(world.sql(doubles)).toEqual([{count: 130}]);
    expect(await world.leaseIsFree()).toBe(true);
    expect(await world.model.work.interrupt()).toBe(true);
  });

  it('is given up in the middle: its run comes to rest at a page, and nothing is held any more', async () => {
    const world = await broken(inPages, {underWay: ({keys}) => keys('s')});
    await mending(world);
    await world.until(isMended);
    expect(world.shown()).toMatchObject({recovery: {state: 'given up'}, atWork: null, verifying: null});
    const left = count(world, doubles);
    expect(left).toBeGreaterThan(3);
    expect(left).toBeLessThan(130);
    expect(await world.leaseIsFree()).toBe(true);
    expect((await world.runs())[0]).toMatchObject({mode: 'live', status: 'paused'});
    expect(wholeScreen(world.state())).toMatch(/Nothing is held any more.*enter look/s);
    // What it left half done is found by the next.
    world.keys('enter');
    await world.until(isOver);
    expect(world.shown().recovery).toMatchObject({state: 'done', isMending: false});
  });

  it('asks before the console is left, and comes to rest first', async () => {
    const world = await broken(inPages, {
      underWay: ({keys, state}) => {
        keys('q');
        expect(state().dialog).toEqual({type: 'quit', isYes: false});
        keys('y');
      },
    });
    await mending(world);
    expect(await world.model.left).toEqual({by: 'operator'});
    expect(await world.leaseIsFree()).toBe(true);
    expect((await world.runs())[0]).toMatchObject({mode: 'live', status: 'paused'});
  });

  it('says that somebody still writes, and goes on in spite of it only where that is typed too', async () => {
    let isIngesting = true;
    const world = await ingesting(() => isIngesting);
    world.keys('R', 'enter');
    await world.until(isOver);
    expect(wholeScreen(world.state())).toMatch(
      /somebody still writes: rows of artifacts.*Stop the\s+ingestion/s,
    );
    world.keys('enter');
    world.type('docs.sqlite');
    world.keys('enter');
    expect(world.state().dialog).toMatchObject({type: 'confirm', focus: 1});
    world.type('accept');
    isIngesting = false;
    world.keys('enter');
    await world.until(isMended);
    expect(count(world, doubles)).toBe(3);
  });

  it('mends nothing where somebody begins to write only then', async () => {
    let isIngesting = false;
    const world = await ingesting(() => isIngesting);
    world.keys('R', 'enter');
    await world.until(isOver);
    isIngesting = true;
    world.keys('enter');
    world.type('docs.sqlite');
    world.keys('enter');
    await world.until(isMended);
    expect(world.shown().recovery).toMatchObject({state: 'failed', steps: {watch: {state: 'failed'}}});
    expect(wholeScreen(world.state())).toMatch(
      /somebody still writes to docs.sqlite.*look again.*enter look/s,
    );
    expect(count(world, doubles)).toBe(130);
    expect(await world.leaseIsFree()).toBe(true);
  });

  it('is refused while another process holds the target, and says which', async () => {
    const world = await broken();
    const other = {...world.engine.host, self: thisProcess('other')};
    const {signal} = new AbortController();
    const held = await Reservation.take(other, world.target, {name: 'artifacts', takeOver: null, signal});
    await mending(world);
    await world.until(isMended);
    expect(wholeScreen(world.state())).toMatch(/being written by \S+-other.*Wait for it/s);
    expect(count(world, doubles)).toBe(130);
    await held.release();
  });

  it('is not there where nothing may be written, nor for a system that has none', async () => {
    const readOnly = await broken({manner: {isReadOnly: true}});
    readOnly.keys('R');
    expect(readOnly.view()).toBe('runbook');
    const assets = await driveStarted();
    assets.keys('R');
    expect(assets.view()).toBe('runbook');
  });
});
