import {describe, expect, it} from 'vitest';
import {findBackfill} from '../../src/backfills/registry.ts';
import type {CheckResult} from '../../src/core/checks.ts';
import {changeIndex, makeIndex, writeAsset} from '../support/assets.ts';
import {type Bench, ended, goLive, makeBench, rehearse, scopeWith} from '../support/engine.ts';

/** Where an invariant names a run that mends it, that run does; where it names none, none would. */

async function measured({engine, connection}: Bench, id: string): Promise<CheckResult> {
  const {done} = await engine.verify(connection, {
    scope: scopeWith(),
    sample: null,
    reads: ['target', 'listing', 'bytes'],
    coverage: false,
    only: id,
  });
  const [check] = (await done).checks;
  if (check === undefined) throw new Error(`${id} was not measured`);
  return check;
}

async function runAs({engine, connection, ...bench}: Bench, {recovers}: CheckResult): Promise<void> {
  const options = {fresh: recovers?.as === 'fresh dry-run'};
  const plan = await ended(engine.rehearse(connection, scopeWith(), options));
  await goLive({engine, connection, ...bench}, plan.record);
}

async function indexed(): Promise<Bench> {
  const bench = await makeBench();
  for (const key of ['a', 'b', 'c']) writeAsset(bench.assets, key, key);
  makeIndex(bench.index);
  await goLive(bench, (await rehearse(bench)).record);
  return bench;
}

const breaks: Readonly<Record<string, (bench: Bench) => void>> = {
  'hash-format': ({index}) =>
    changeIndex(index, "UPDATE files SET content_hash = upper(content_hash) WHERE key = 'a'"),
  'objects-have-hash': ({index, assets}) => {
    changeIndex(
      index,
      "DELETE FROM files WHERE key = 'a'; UPDATE files SET content_hash = NULL WHERE key = 'b'",
    );
    writeAsset(assets, 'new', 'new');
  },
  // Of the same size and time, so that its fingerprint is the same: only who reads it again sees it.
  'hash-matches-bytes': ({assets}) => writeAsset(assets, 'a', 'A'),
};

describe.each(Object.entries(breaks))('%s', (id, breakIt) => {
  it('is mended by the run that it names', async () => {
    const bench = await indexed();
    expect(await measured(bench, id)).toMatchObject({count: 0});
    breakIt(bench);
    const broken = await measured(bench, id);
    expect(broken.count).toBeGreaterThan(0);
    const known = await bench.ledger.measurements.lastChecks({target: bench.connection.target.id});
    expect(known.find(({result}) => result.id === id)?.result).toEqual(broken);
    await runAs(bench, broken);
    expect(await measured(bench, id)).toMatchObject({count: 0});
  });
});

it('a hash of other bytes under the same fingerprint is not mended by a run that is not fresh', async () => {
  const bench = await indexed();
  breaks['hash-matches-bytes']?.(bench);
  await goLive(bench, (await rehearse(bench)).record);
  expect(await measured(bench, 'hash-matches-bytes')).toMatchObject({count: 1});
});

it('every other invariant is handwork, and names no run', async () => {
  const bench = await indexed();
  const {backfill} = bench.connection;
  const probe = await bench.engine.probe(bench.connection, scopeWith());
  const named = findBackfill(backfill.id)
    .invariants(probe)
    .filter(({recovers}) => recovers !== undefined);
  expect(named.map(({id}) => id).toSorted()).toEqual(Object.keys(breaks).toSorted());
  changeIndex(bench.index, "UPDATE files SET key = 'gone' WHERE key = 'a'");
  expect((await measured(bench, 'rows-without-object')).count).toBe(1);
  await goLive(bench, (await rehearse(bench)).record);
  expect((await measured(bench, 'rows-without-object')).count).toBe(1);
});
