import {expect, it, onTestFinished} from 'vitest';
import type {AssetIndex} from '../../../src/backfills/asset-index/asset-index.ts';
import type {FileChange} from '../../../src/backfills/asset-index/change.ts';
import {commitFiles, undoFiles} from '../../../src/backfills/asset-index/commit.ts';
import {costs} from '../../../src/backfills/asset-index/costs.ts';
import {coverage} from '../../../src/backfills/asset-index/coverage.ts';
import {decideFiles} from '../../../src/backfills/asset-index/decide.ts';
import {invariants} from '../../../src/backfills/asset-index/invariants.ts';
import {probeFiles} from '../../../src/backfills/asset-index/probe.ts';
import type {CheckIo} from '../../../src/backfills/invariant.ts';
import type {Inspected} from '../../../src/backfills/shape.ts';
import {keyScope} from '../../../src/core/scope.ts';
import {d1Target} from '../../../src/databases/d1.ts';
import {D1Account} from '../../../src/databases/d1-account.ts';
import {splitStatements} from '../../../src/databases/migrate.ts';
import {directoryStore} from '../../../src/stores/directory.ts';
import {sharedSimulator} from '../../support/cloudflare.ts';
import {never} from '../../support/listing.ts';
import {startMeter} from '../../support/meter.ts';
import {noKept} from '../../support/no-kept.ts';
import {tempFolder} from '../../support/temp.ts';
import {hashOf, layouts} from './index-under-test.ts';

const simulator = sharedSimulator();
const rows = 100;
/** Beside what is counted by rows: the id's counter, the revision, pages of JSON, the ends of an index. */
const beside = 6;

function changes(before: string | null, after: string): readonly FileChange[] {
  return Array.from({length: rows}, (_, number) => ({
    key: `key ${number}`,
    before: before === null ? null : {hash: hashOf(before), size: 1, uploadedAt: 5},
    after: {hash: hashOf(after), size: 1, uploadedAt: 5, createdAt: '2026-11-20 05:12:00'},
  }));
}

function inspected(key: string): readonly Inspected<AssetIndex>[] {
  return Array.from({length: rows}, (_, number) => ({
    item: {key: `${key} ${number}`, size: 1, modifiedAt: 0, version: '', fingerprint: null},
    found: {hash: hashOf('a'), size: 1},
    bytes: 1,
  }));
}

/** A D1 with the layout's tables, whose answers are metered. */
async function metered(schema: string) {
  await simulator().sql(splitStatements(schema).map(({sql}) => sql));
  const meter = await startMeter(simulator().baseUrl);
  const {accountId, token} = simulator();
  const account = new D1Account({
    accountId,
    token,
    baseUrl: meter.baseUrl,
    perSecond: 1_000,
    now: Date.now,
  });
  const target = await d1Target({account, database: 'assets', label: 'd1:assets'});
  const database = await target.openDatabase();
  onTestFinished(() => database.close());
  meter.read();
  return {meter, database};
}

it.each(layouts)('what D1 counts is what the $layout table was said to cost', async ({schema}) => {
  const {meter, database} = await metered(schema);
  const source = await directoryStore(tempFolder());
  const probe = await probeFiles(null, database);
  const said = costs(probe);
  meter.read();
  const io: CheckIo<AssetIndex> = {
    source: null,
    target: database,
    scope: keyScope.parse({}),
    options: {},
    signal: never,
    onBytes: () => undefined,
    placed: (_, request) => request(),
    kept: noKept,
    reached: async () => null,
    now: Date.now,
    range: {lo: '', hi: null},
    sample: 0,
    random: () => 0,
    limited: (_, request) => request(),
    causes: async () => new Map(),
    remembered: async () => null,
    written: async function* () {},
  };
  const written = async (statements: ReturnType<typeof commitFiles>) => {
    await database.transaction(statements);
    return meter.read();
  };
  const near = (actual: number, predicted: number) => {
    expect(actual).toBeGreaterThanOrEqual(predicted);
    expect(actual).toBeLessThanOrEqual(predicted + beside);
  };

  const inserted = await written(commitFiles(changes(null, 'a'), probe));
  near(inserted.rowsWritten, rows * said.written.insert + said.written.page);
  near(inserted.rowsRead, rows * said.read.insert);
  const updated = await written(commitFiles(changes('a', 'b'), probe));
  near(updated.rowsWritten, rows * said.written.update + said.written.page);
  near(updated.rowsRead, rows * said.read.update);

  await decideFiles(inspected('key'), {...io, source}, probe);
  near(meter.read().rowsRead, rows * said.read.decideKnown);
  await decideFiles(inspected('other'), {...io, source}, probe);
  near(meter.read().rowsRead, rows * said.read.decideMissing);

  const fresh = await probeFiles(null, database);
  expect(costs(fresh).rows).toEqual({count: rows, isLeast: false});
  const {passes, probe: probed} = costs(fresh);
  expect(probed).toBe(rows);
  meter.read();
  for (const {measure} of invariants().filter(({reads}) => reads === 'target')) await measure(io);
  near(meter.read().rowsRead, rows * passes.checks.read);
  await Array.fromAsync(coverage(io));
  near(meter.read().rowsRead, rows * passes.survey.read);

  const deleted = await written(undoFiles(changes(null, 'b'), probe));
  near(deleted.rowsWritten, rows * said.written.delete + said.written.page);
  near(deleted.rowsRead, rows * said.read.delete);
});
