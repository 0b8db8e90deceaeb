import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {s3UnderTest} from '../simulators/s3-under-test.ts';
import {tableDigest, writeAsset} from '../support/assets.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {runProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';
import {ends, makeCommandWorld} from './world.ts';

describe('from a folder into a file', () => {
  it('says how long, what it costs and what it would change, and how to go on', async () => {
    const {index, headgate} = makeCommandWorld();
    const before = tableDigest(index, 'files');
    const {code, out, err} = await headgate('estimate', 'asset-index', ...ends);
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^time {6}(less than 1 s|about \d+ s), most of it for /);
    expect(out).toMatch(/^money {5}nothing: both ends are on this machine$/m);
    expect(out).toMatch(
      /^changes {3}26 of 27 items\n {12}25 to insert\n {13}1 to update\n {13}1 unchanged$/m,
    );
    expect(out).toMatch(/^reading {3}\d+ B of 27 objects, of \d+ B listed$/m);
    expect(out).toMatch(/^requests {2}1 page of 1,000 items at most$/m);
    expect(out).toMatch(/^sample {4}27 of 27 objects to read: \d+ B in less than 1 s$/m);
    expect(out).not.toMatch(/WARNING|NaN|undefined|Infinity/);
    expect(out).toMatch(
      /Make the dry run:\n {2}headgate run asset-index --source assets --target index.sqlite\n$/,
    );
    expect(err).toMatch(/27 items listed: 0 known from earlier runs, 27 to read; reading 27/);
    expect(err).toMatch(/it predicts, and unlocks nothing/);
    expect(tableDigest(index, 'files')).toBe(before);
  });

  it('says it as JSON: one object with every number and how sure it is, then the summary', async () => {
    const {headgate} = makeCommandWorld();
    const ended = await headgate('estimate', 'asset-index', ...ends, '--json', '--sample', '9');
    expect(ended.code).toBe(0);
    expect(ended.out.trim().split('\n')).toHaveLength(ended.lines.length);
    const [estimate] = ended.lines.filter(({type}) => type === 'estimate');
    expect(estimate).toMatchObject({
      unlocks: 'nothing',
      backfill: 'asset-index',
      pages: 1,
      download: {items: 27},
      costs: [],
      warnings: [],
      measured: {sample: {readings: 9, unread: {looked: 9}}, listing: {all: {items: 27}}},
    });
    expect(summaryOf(ended)).toMatchObject({
      backfill: 'asset-index',
      mode: 'estimate',
      status: 'completed',
      listed: 0,
      inserted: 0,
      failed: 0,
      pending: 0,
    });
    const types = ended.lines.map(({type}) => type);
    expect(types.slice(-3)).toEqual(['estimate', 'summary', 'next']);
  });

  it('unlocks nothing: neither live, plan nor resume takes it, and last is another run', async () => {
    const {index, headgate} = makeCommandWorld();
    const before = tableDigest(index, 'files');
    const ended = await headgate('estimate', 'asset-index', ...ends, '--json');
    const run = String(summaryOf(ended)['run']);
    const live = await headgate('live', run, '--confirm', 'index.sqlite');
    expect(live.code).toBe(6);
    expect(live.err).toMatch(/is an estimate: it predicts from a sample, and unlocks nothing/);
    for (const [command, says] of [
      ['plan', /it has no plan, and can not go live/],
      ['resume', /is of mode estimate/],
      ['undo', /only live runs can be undone/],
    ] as const) {
      const refused = await headgate(command, run);
      expect(refused.code).toBe(2);
      expect(refused.err).toMatch(says);
    }
    expect((await headgate('live', 'last', '--confirm', 'index.sqlite')).err).toMatch(
      /there is no dry run in this ledger yet/,
    );
    const status = await headgate('status', 'last', '--json');
    expect(status.lines[0]).toMatchObject({mode: 'estimate', status: 'completed'});
    expect(status.lines.filter(({type}) => type === 'next')).toEqual([]);
    expect(tableDigest(index, 'files')).toBe(before);
  });

  it('of an empty folder says so, and is done', async () => {
    const {cwd, headgate} = makeCommandWorld();
    writeAsset(join(cwd, 'other'), 'file.txt', 'x');
    const empty = await headgate('estimate', 'asset-index', ...ends, '--prefix', 'nothing/');
    expect(empty.code).toBe(0);
    expect(empty.out).toMatch(/^WARNING: nothing was listed: is this the source and scope that you meant\?/);
    const folder = await headgate('estimate', 'asset-index', '--source', 'nowhere', ...ends.slice(2));
    expect(folder.code).toBe(2);
    expect(folder.err).toMatch(/there is no such folder/);
  });

  it('names the flags of its scope in the command that comes next', async () => {
    const {headgate} = makeCommandWorld();
    const flags = ['--max-objects', '5', '--start-after', 'dir0.txt', '--rate', '1000'];
    const {out} = await headgate('estimate', 'asset-index', ...ends, ...flags, '--fresh');
    expect(out).toMatch(/ of 5 items$/m);
    expect(out).toMatch(
      /headgate run asset-index --source assets --target index\.sqlite --max-objects 5 --start-after dir0\.txt --rate 1000 --fresh\n$/,
    );
    const none = await headgate('estimate', 'asset-index', ...ends, '--sample', '0');
    expect(none.code).toBe(2);
    expect(none.err).toMatch(/whole number, 1 or more/);
  });
});

describe('from a bucket into a D1', () => {
  const cloudflare = sharedSimulator();

  async function bucketToD1(objects: number) {
    const bucket = await s3UnderTest();
    bucket.putMany(
      Array.from(
        {length: objects},
        (_, number) => `d${number % 9}/object ${String(number).padStart(6, '0')}`,
      ),
    );
    const cwd = tempFolder();
    writeFileSync(
      join(cwd, 'headgate.config.json'),
      JSON.stringify({settings: {d1: {requestsPerSecond: 4}}}),
    );
    const env = {
      AWS_ACCESS_KEY_ID: bucket.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.secretAccessKey,
      CLOUDFLARE_API_TOKEN: cloudflare().token,
      CLOUDFLARE_ACCOUNT_ID: cloudflare().accountId,
      CLOUDFLARE_BASE_URL: cloudflare().baseUrl,
    };
    const places = [
      '--source',
      `s3://${bucket.bucket}`,
      '--endpoint',
      bucket.endpoint,
      '--target',
      'd1:assets',
    ];
    const headgate = (args: readonly string[], changed: Readonly<Record<string, string>> = {}) =>
      runProgram(args, {cwd, env: {...env, ...changed}});
    const migrated = await headgate(['migrate', 'asset-index', '--target', 'd1:assets']);
    expect(migrated.code, migrated.err).toBe(0);
    return {bucket, estimate: ['estimate', 'asset-index', ...places], headgate};
  }

  it("warns before D1's free plan is spent, and says how to part the work", async () => {
    const {estimate, headgate} = await bucketToD1(25_000);
    const {code, out} = await headgate(estimate);
    expect(code).toBe(0);
    const [first = '', second = '', third = ''] = out.split('\n');
    expect(first).toMatch(
      /^WARNING: about 125,\d{3} \(95 %: [\d,]+ to 125,\d{3}\) rows written is more than the 100,000 a day of D1's free plan$/,
    );
    expect(second).toMatch(
      /D1 refuses everything until 00:00 UTC\. In parts: --max-objects 17\d{3} a day, .*about 2 days/,
    );
    expect(third).toMatch(/Workers Paid includes/);
    // How long it takes is of the machine, and of what else it does.
    expect(out).toMatch(/^time {6}about \d+ (s|min), most of it for /m);
    expect(out).toMatch(
      /^money {5}0\.13 USD at list prices of 20\d\d-\d\d, before free allowances: no bill$/m,
    );
    expect(out).toMatch(
      /^ {12}Cloudflare D1, Workers Paid: 0\.13 USD for [\d,]+ rows read, 125,\d{3} rows written$/m,
    );
    expect(out).toMatch(/a server of one's own: no price is known/);
    expect(out).toMatch(/^changes {3}about 25,000 \(95 %: 24,\d{3} to 25,000\) of 25,000 items$/m);
    expect(out).toMatch(/^requests {2}\d\d pages of 1,000 items at most$/m);
    expect(out).toMatch(/^ {12}dry run {2}source \d+ LIST, 25,00\d GET and HEAD; target \d+$/m);
    expect(out).toMatch(/^sample {4}200 of 25,000 objects to read/m);
  });

  it('reads the sample and no more, and writes to neither', async () => {
    const {bucket, estimate, headgate} = await bucketToD1(3_000);
    const before = bucket.requests.length;
    const ended = await headgate([...estimate, '--sample', '50', '--json']);
    expect(ended.code).toBe(0);
    const seen = bucket.requests.slice(before);
    const gets = seen.filter(({operation}) => operation === 'GetObject');
    expect(new Set(seen.map(({method}) => method))).toEqual(new Set(['GET']));
    expect(gets.length).toBeGreaterThanOrEqual(50);
    expect(gets.length).toBeLessThanOrEqual(51);
    // Not the first ones: drawn from all of them.
    const keys = gets.map(({key}) => key).sort();
    expect(new Set(keys.map(key => key.slice(0, 2))).size).toBeGreaterThan(5);
    expect(await cloudflare().sql("SELECT name FROM sqlite_schema WHERE name GLOB 'headgate_*'")).toEqual([]);
    expect(await cloudflare().sql('SELECT count(*) AS rows FROM files')).toEqual([{rows: 0}]);
  });

  it('is refused as the probe is: by a wrong key, by a wrong token', async () => {
    const {estimate, headgate} = await bucketToD1(3);
    const key = await headgate(estimate, {AWS_SECRET_ACCESS_KEY: 'wrong'});
    expect(key.code).not.toBe(0);
    expect(key.err).toMatch(/source: .*(SignatureDoesNotMatch|403)/);
    const token = await headgate(estimate, {CLOUDFLARE_API_TOKEN: 'wrong'});
    expect(token.code).toBe(4);
    expect(token.err).toMatch(/Cloudflare refused the token/);
  });
});
