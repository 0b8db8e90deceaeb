import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it} from 'vitest';
import {findBackfill} from '../../src/backfills/registry.ts';
import {wholeScreen} from '../../src/console/whole-screen.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {readLease} from '../../src/engine/mark.ts';
import {artifactsContent} from '../../src/sandbox/artifacts-content.ts';
import {tempFolder} from '../support/temp.ts';
import {type Driven, type DriveOptions, driveStarted} from './console-under-test.ts';

/** The recovery of artifacts by keys alone, on the sandbox's table. */

const doubles =
  'SELECT count(*) AS count FROM (SELECT 1 FROM artifacts WHERE r2_key IS NOT NULL GROUP BY r2_bucket, r2_key HAVING count(*) > 1)';

interface World extends Driven {
  sql(statement: string): readonly unknown[];
  leaseIsFree(): Promise<boolean>;
}

async function broken(options: DriveOptions = {}): Promise<World> {
  const path = join(tempFolder(), 'docs.sqlite');
  using db = new DatabaseSync(path);
  for (const {sql, params} of artifactsContent().statements) db.prepare(sql).run(...params);
  const target = await sqliteTarget({path});
  const driven = await driveStarted({
    watchSeconds: 0,
    connection: {
      backfill: findBackfill('artifacts-cleanup'),
      source: {id: target.id, label: '', service: target.service},
      target,
    },
    ...options,
  });
  return {
    ...driven,
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
}

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

  it('is not there where nothing may be written, nor for a system that has none', async () => {
    const readOnly = await broken({manner: {isReadOnly: true}});
    readOnly.keys('R');
    expect(readOnly.view()).toBe('runbook');
    const assets = await driveStarted();
    assets.keys('R');
    expect(assets.view()).toBe('runbook');
  });
});
