import {readFileSync, rmSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {defaultBudgets} from '../../src/core/budget.ts';
import {isExact} from '../../src/core/count.ts';
import {Fault} from '../../src/core/failure.ts';
import type {KeyScope} from '../../src/core/scope.ts';
import type {Predicted} from '../../src/engine/estimate-measure.ts';
import {type EstimateOptions, estimateRun} from '../../src/engine/estimate-run.ts';
import {makeIndex, sha256, tableDigest, writeAsset, writeAssets} from '../support/assets.ts';
import {type Bench, goLive, makeBench, rehearse, resume, scopeWith, startLive} from '../support/engine.ts';
import {slowReads} from '../support/slow-store.ts';

const never = new AbortController().signal;
const pagesOf = (items: number) => ({page: {items, bytes: 1e9, seconds: 60}});

function estimate(
  {engine, connection}: Bench,
  options: Partial<EstimateOptions> = {},
  scope: Partial<KeyScope> = {},
) {
  return estimateRun(engine, connection, {
    sample: 200,
    signal: never,
    ...options,
    scope: scopeWith(scope),
  });
}

async function predicted(...args: Parameters<typeof estimate>): Promise<Predicted> {
  const {result} = await estimate(...args);
  if (!('prediction' in result)) throw new Error(`it was stopped: ${result.message}`);
  return result;
}

/** 107 files: 10 are in the index as they are, 10 with an old hash. */
async function lived(...options: Parameters<typeof makeBench>): Promise<Bench> {
  const bench = await makeBench(...options);
  const keys = writeAssets(bench.assets, 100);
  makeIndex(
    bench.index,
    keys.slice(0, 20).map((key, index) => ({
      key,
      hash: sha256(index < 10 ? `content of ${key}` : 'old'),
      size: Buffer.byteLength(`content of ${key}`),
    })),
  );
  return bench;
}

describe('an estimate of everything', () => {
  it('predicts what the dry run then decides, to the item, and the pages that it takes', async () => {
    const bench = await lived({settings: pagesOf(25)});
    const {prediction, facts, warnings} = await predicted(bench);
    const {record} = await rehearse(bench);
    const {items, changes, download} = prediction;
    expect(items.insert.value).toBe(record.tally.inserted);
    expect(items.update.value).toBe(record.tally.updated);
    expect(items.unchanged.value).toBe(record.tally.unchanged);
    expect(changes).toEqual({value: 97, low: 97, high: 97});
    expect(Object.values(items).every(isExact)).toBe(true);
    expect(download).toEqual({items: 107, bytes: record.tally.bytes});
    const pages = bench.events.filter(({type, snapshot}) => type === 'page' && snapshot.mode === 'dry-run');
    expect(prediction.pages).toBe(pages.length);
    expect(facts.sample.bytes).toBe(record.tally.bytes);
    expect(warnings).toEqual([]);
  });

  it('knows what an earlier run has read, and reads it again only where that is asked for', async () => {
    const bench = await lived();
    const {record} = await rehearse(bench);
    await goLive(bench, record);
    writeAsset(bench.assets, 'new.txt', 'new');
    const {prediction, facts} = await predicted(bench);
    expect(facts.listing).toMatchObject({known: {items: 107}, unread: {items: 1, bytes: 3}});
    expect(facts.sample).toMatchObject({bytes: 3, known: {looked: 107}});
    expect(prediction.items).toMatchObject({insert: {value: 1}, unchanged: {value: 107}});
    const {facts: fresh} = await predicted(bench, {fresh: true});
    expect(fresh.listing).toMatchObject({known: {items: 0}, unread: {items: 108}});
  });

  it('counts what the source says is not to be indexed, and what can not be read', async () => {
    const bench = await lived({
      store: store => ({
        ...store,
        sha256: async (object, options) => {
          if (object.key === 'empty') throw new Fault('denied', 'empty: access denied');
          return store.sha256(object, options);
        },
      }),
    });
    writeAsset(bench.assets, Buffer.from('bad\xff', 'latin1'), 'x');
    const {prediction, warnings} = await predicted(bench);
    expect(prediction.items.fail.value).toBe(2);
    expect(warnings).toEqual([{kind: 'unreadable', looked: 107, failed: 1, message: 'empty: access denied'}]);
  });
});

describe('an estimate from a sample', () => {
  it('reads no more than it was allowed to, and holds the truth between its ends', async () => {
    const bench = await lived();
    const {prediction, facts} = await predicted(bench, {sample: 30});
    expect(facts.sample.readings).toHaveLength(30);
    expect(facts.sample.unread.looked).toBe(30);
    const {insert, update, unchanged} = prediction.items;
    // 87 to insert: 30 of 107 say so within 30, but for one time in a million.
    expect(insert.value).toBeGreaterThan(57);
    expect(insert.low).toBeLessThan(insert.high);
    expect(insert.value + update.value + unchanged.value).toBe(107);
    expect(facts.listing.all.items).toBe(107);
  });

  it('keeps to its scope: a cap, a prefix', async () => {
    const bench = await lived();
    const capped = await predicted(bench, {}, {maxItems: 12});
    const {record} = await rehearse(bench, {maxItems: 12});
    expect(capped.facts.listing.all.items).toBe(12);
    expect(capped.prediction.changes.value).toBe(record.tally.inserted + record.tally.updated);
    const narrowed = await predicted(bench, {}, {prefix: 'dir3/'});
    expect(narrowed.facts.listing.all.items).toBe(20);
    expect(narrowed.facts).toMatchObject({isNarrowed: true, isOrdered: false});
  });

  it('stops reading where a run would, and predicts from what it has', async () => {
    const bench = await lived({
      settings: {budgets: {...defaultBudgets, failuresInARow: 8}, concurrency: {start: 2, max: 2}},
      store: store => ({
        ...store,
        sha256: async ({key}) => {
          throw new Fault('denied', `${key}: access denied`);
        },
      }),
    });
    const {facts, warnings} = await predicted(bench);
    expect(facts.sample.unread.looked).toBeLessThan(15);
    expect(warnings.map(({kind}) => kind)).toEqual(['unreadable', 'cut-short']);
  });

  it('keeps to the rate, and names it as what takes longest', async () => {
    const bench = await lived();
    const {prediction, facts} = await predicted(bench, {sample: 5, rate: 50});
    expect(facts.sample.seconds).toBeGreaterThanOrEqual(0.05);
    expect(prediction.steps.dryRun).toMatchObject({bottleneck: 'rate'});
    expect(prediction.steps.dryRun.seconds).toBeCloseTo(107 / 50, 1);
  });
});

describe('the run of an estimate', () => {
  it('is in the ledger, and has touched neither source nor target', async () => {
    const bench = await lived();
    const before = readFileSync(bench.index);
    const {run} = await estimate(bench);
    expect(readFileSync(bench.index).equals(before)).toBe(true);
    const record = await bench.ledger.runs.get(run);
    expect(record).toMatchObject({mode: 'estimate', status: 'completed', label: 'estimate', holder: null});
    expect(await Array.fromAsync(bench.ledger.pages.all(run, 'plan'))).toEqual([]);
    expect(await bench.ledger.fingerprints.count(record.source, record.target)).toBe(0);
  });

  it('unlocks nothing: its plan can not go live, and it can not be resumed', async () => {
    const bench = await lived();
    const digest = tableDigest(bench.index, 'files');
    const record = await bench.ledger.runs.get((await estimate(bench)).run);
    await expect(startLive(bench, record)).rejects.toThrow(/is an estimate: it predicts from a sample/);
    await expect(resume(bench, record)).rejects.toThrow(/is of mode estimate: only/);
    expect(tableDigest(bench.index, 'files')).toBe(digest);
  });

  it('of an empty source predicts nothing, and says why', async () => {
    const bench = await makeBench();
    makeIndex(bench.index);
    const {prediction, warnings} = await predicted(bench);
    expect(warnings).toEqual([{kind: 'empty'}]);
    expect(prediction.changes.value).toBe(0);
    expect(prediction.pages).toBe(0);
  });

  it('is refused by what the probe finds', async () => {
    const bench = await lived();
    rmSync(bench.assets, {recursive: true});
    await expect(estimate(bench)).rejects.toThrow(/there is no such folder/);
    expect(await bench.ledger.runs.list(5)).toEqual([]);
  });

  it('is over when it is interrupted, or cancelled from elsewhere', async () => {
    const reads = slowReads(10_000);
    const bench = await lived({store: reads.wrap});
    const abort = new AbortController();
    const interrupted = estimate(bench, {signal: abort.signal});
    await reads.reached(8);
    abort.abort();
    const {run, result} = await interrupted;
    expect(result).toMatchObject({by: 'interrupt'});
    expect(reads.inFlight).toBe(0);
    expect(await bench.ledger.runs.get(run)).toMatchObject({status: 'cancelled', holder: null});

    const cancelled = estimate(bench);
    await reads.reached(8);
    const [newest] = await bench.ledger.runs.list(1);
    await bench.ledger.runs.request(newest?.id ?? '', 'cancel');
    expect((await cancelled).result).toMatchObject({by: 'cancel'});
  });

  it('fails where the listing does, and predicts nothing from a part', async () => {
    const bench = await lived({
      store: store => ({
        ...store,
        async *list(listing) {
          for await (const page of store.list(listing)) {
            yield page.slice(0, 3);
            throw new Fault('denied', 'listing the bucket: 403 AccessDenied');
          }
        },
      }),
    });
    await expect(estimate(bench)).rejects.toMatchObject({code: 'auth'});
    const [newest] = await bench.ledger.runs.list(1);
    expect(newest).toMatchObject({mode: 'estimate', status: 'failed'});
  });
});
