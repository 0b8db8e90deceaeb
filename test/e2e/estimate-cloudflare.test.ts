import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {z} from 'zod';
import {s3UnderTest} from '../simulators/s3-under-test.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {startMeter, type Usage} from '../support/meter.ts';
import {type Ended, runProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

/**
 * What `estimate` predicts, held against what the run then really takes: requests as the servers count them, rows as D1
 * bills them. Through the built program, from a bucket into a D1.
 */

const cloudflare = sharedSimulator();

const patience = 180_000;
/** Of rows as billed, from what was read to the last item. */
const rowTolerance = 0.02;
/** Of requests: page after page they can be counted; where pages share them, it depends on who is ready when. */
const requestTolerance = {inOrder: 0.1, shared: 0.5};
const requestsAnyway = 2;

const range = z.object({value: z.number(), low: z.number(), high: z.number()});
const step = z.object({
  seconds: z.number(),
  bottleneck: z.string().nullable(),
  source: z.object({list: z.number(), get: z.number(), bytes: z.number()}),
  target: z.object({requests: z.number(), rowsRead: range, rowsWritten: range}),
});
const estimate = z.object({
  type: z.literal('estimate'),
  items: z.object({insert: range, update: range, unchanged: range}),
  changes: range,
  download: z.object({items: z.number(), bytes: z.number()}),
  pages: z.number(),
  steps: z.object({dryRun: step, live: step, verify: step}),
  warnings: z.array(z.object({kind: z.string()})),
});

interface World {
  estimate(...flags: readonly string[]): Promise<z.infer<typeof estimate>>;
  /** Runs a command, and says what it took at both ends. */
  take(...args: readonly string[]): Promise<Taken>;
}

interface Taken extends Usage {
  readonly ended: Ended;
  readonly seconds: number;
  readonly list: number;
  readonly get: number;
}

async function makeWorld(objects: number, settings: object): Promise<World> {
  const bucket = await s3UnderTest();
  for (let number = 0; number < objects; number++)
    bucket.put(`d${number % 7}/object ${String(number).padStart(6, '0')}`, `content of ${number}`);
  const meter = await startMeter(cloudflare().baseUrl);
  const cwd = tempFolder();
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify({settings}));
  const env = {
    AWS_ACCESS_KEY_ID: bucket.accessKeyId,
    AWS_SECRET_ACCESS_KEY: bucket.secretAccessKey,
    CLOUDFLARE_API_TOKEN: cloudflare().token,
    CLOUDFLARE_ACCOUNT_ID: cloudflare().accountId,
    CLOUDFLARE_BASE_URL: meter.baseUrl,
  };
  const ends = ['--source', `s3://${bucket.bucket}`, '--endpoint', bucket.endpoint, '--target', 'd1:assets'];
  const headgate = (...args: readonly string[]) => runProgram([...args, '--json'], {cwd, env});
  const take: World['take'] = async (...args) => {
    const before = bucket.requests.length;
    meter.read();
    const ended = await headgate(...args, ...(args[0] === 'live' ? ['--confirm', 'assets'] : ends));
    expect(ended.code, ended.err).toBe(0);
    const seen = bucket.requests.slice(before).map(({operation}) => operation);
    return {
      ...meter.read(),
      ended,
      seconds: Number(summaryOf(ended)['seconds']),
      list: seen.filter(operation => operation === 'ListObjectsV2').length,
      get: seen.filter(operation => operation === 'GetObject' || operation === 'HeadObject').length,
    };
  };
  const migrated = await headgate('migrate', 'asset-index', '--target', 'd1:assets');
  expect(migrated.code, migrated.err).toBe(0);
  return {
    take,
    estimate: async (...flags) => {
      const {ended} = await take('estimate', 'asset-index', ...flags);
      return estimate.parse(ended.lines.find(({type}) => type === 'estimate'));
    },
  };
}

type Step = z.infer<typeof step>;

/** The prediction of one or several steps beside what they took. */
function expectNear(taken: Taken, how: keyof typeof requestTolerance, ...predicted: readonly Step[]): void {
  const sum = (of: (one: Step) => number) => predicted.reduce((total, one) => total + of(one), 0);
  const requests = sum(one => one.target.requests);
  expect(
    Math.abs(taken.requests - requests),
    `${taken.requests} requests, predicted ${requests}`,
  ).toBeLessThan(requestsAnyway + requests * requestTolerance[how]);
  near(
    'rows read',
    taken.rowsRead,
    sum(one => one.target.rowsRead.value),
    100,
  );
  near(
    'rows written',
    taken.rowsWritten,
    sum(one => one.target.rowsWritten.value),
    5,
  );
  near(
    'LIST',
    taken.list,
    sum(one => one.source.list),
    50,
  );
  expect(taken.get, 'GET and HEAD').toBe(sum(one => one.source.get));
}

function near(what: string, actual: number, predicted: number, anyway: number): void {
  expect(Math.abs(actual - predicted), `${actual} ${what}, predicted ${predicted}`).toBeLessThanOrEqual(
    anyway + predicted * rowTolerance,
  );
}

it('is what a run in key order takes, page after page', {timeout: patience}, async () => {
  const {estimate, take} = await makeWorld(300, {page: {items: 50}, d1: {requestsPerSecond: 4}});
  const predicted = await estimate('--max-objects', '260');
  expect(predicted).toMatchObject({changes: {value: 260}, download: {items: 260}, pages: 6});
  const {dryRun, live, verify} = predicted.steps;
  const rehearsed = await take('run', 'asset-index', '--max-objects', '260');
  expectNear(rehearsed, 'inOrder', dryRun);
  const run = String(summaryOf(rehearsed.ended)['run']);
  const gone = await take('live', run);
  expectNear(gone, 'inOrder', live, verify);
  expect(summaryOf(gone.ended)).toMatchObject({inserted: 260});
  expect(live).toMatchObject({bottleneck: 'target'});
  expect(gone.seconds).toBeLessThan(2 * (live.seconds + verify.seconds) + 2);
  expect(gone.seconds).toBeGreaterThan((live.seconds + verify.seconds) / 2 - 2);
});

it('is what a run takes whose range is parted while it runs, and a second one', {
  timeout: patience,
}, async () => {
  const settings = {page: {items: 20}, d1: {requestsPerSecond: 4}, splitAfterSeconds: 0.5};
  const {estimate, take} = await makeWorld(500, settings);
  const predicted = await estimate('--sample', '500');
  expect(predicted.changes).toEqual({value: 500, low: 500, high: 500});
  const {dryRun, live, verify} = predicted.steps;
  const rehearsed = await take('run', 'asset-index');
  expectNear(rehearsed, 'shared', dryRun);
  const gone = await take('live', String(summaryOf(rehearsed.ended)['run']));
  expectNear(gone, 'shared', live, verify);

  const again = await estimate('--sample', '500');
  expect(again).toMatchObject({changes: {high: 0}, download: {items: 0, bytes: 0}, warnings: []});
  const second = await take('run', 'asset-index');
  expectNear(second, 'shared', again.steps.dryRun);
  const idle = await take('live', String(summaryOf(second.ended)['run']));
  expectNear(idle, 'shared', again.steps.live, again.steps.verify);
  expect(idle.rowsWritten).toBe(0);
});
