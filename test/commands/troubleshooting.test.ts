import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {troubles} from '../../src/core/troubleshooting.ts';
import type {S3Fault} from '../simulators/s3-faults.ts';
import {s3UnderTest} from '../simulators/s3-under-test.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {type Ended, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

const cloudflare = sharedSimulator();

function remedy(symptom: RegExp): string {
  const found = troubles.filter(trouble => symptom.test(trouble.symptom));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${symptom} names ${found.length} rows`);
  return only.remedy;
}

/** A dry run of three objects in a bucket whose server has a fault, as its operator sees it. */
async function dryRun(fault: S3Fault | null, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const server = await s3UnderTest();
  for (const key of ['a', 'b', 'c']) server.put(key, key);
  if (fault !== null) server.inject(fault);
  const cwd = tempFolder();
  const {endpoint, bucket, accessKeyId, secretAccessKey} = server;
  const credentials = {AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, ...env};
  await runProgram(['migrate', 'asset-index', '--target', 'index.sqlite'], {cwd});
  const ends = ['--source', `s3://${bucket}`, '--endpoint', endpoint, '--target', 'index.sqlite'];
  return runProgram(['run', 'asset-index', ...ends], {cwd, env: credentials});
}

const get = {operation: 'GetObject', key: 'b'} as const;

it.each<[symptom: RegExp, S3Fault, code: number]>([
  [/SlowDown/, {type: 'error', code: 'SlowDown', ...get}, 5],
  [/no such bucket/, {type: 'error', code: 'NoSuchBucket'}, 2],
  [/ExpiredToken/, {type: 'error', code: 'ExpiredToken', ...get}, 5],
  [/RequestTimeTooSkewed/, {type: 'error', code: 'RequestTimeTooSkewed', ...get}, 5],
  [/InvalidObjectState/, {type: 'error', code: 'InvalidObjectState', ...get}, 5],
  [/PermanentRedirect/, {type: 'wrong-region', expected: 'eu-west-3', as: 'PermanentRedirect'}, 2],
  [/AccessDenied/, {type: 'error', code: 'AccessDenied', ...get}, 5],
])('%s is shown with what to do about it', async (symptom, fault, code) => {
  const {err, code: ended} = await dryRun(fault);
  expect(err).toContain(remedy(symptom).replace('REGION', 'eu-west-3'));
  expect(ended).toBe(code);
});

it('a wrong secret is shown with what to do about it, and is a matter of access', async () => {
  const {err, code} = await dryRun(null, {AWS_SECRET_ACCESS_KEY: 'wrong'});
  expect(err).toContain(remedy(/SignatureDoesNotMatch/));
  expect(code).toBe(4);
});

it('an address that nobody answers at is shown with what to do about it', async () => {
  const cwd = tempFolder();
  await runProgram(['migrate', 'asset-index', '--target', 'index.sqlite'], {cwd});
  const ends = ['--source', 's3://assets', '--endpoint', 'http://127.0.0.1:1', '--target', 'index.sqlite'];
  const env = {AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b'};
  const {err} = await runProgram(['run', 'asset-index', ...ends], {cwd, env});
  expect(err).toContain(remedy(/ECONNREFUSED/));
});

/** A dry run into D1, as its operator sees it. */
function intoD1(database: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const {baseUrl, accountId, token} = cloudflare();
  const cwd = tempFolder();
  const access = {
    CLOUDFLARE_BASE_URL: baseUrl,
    CLOUDFLARE_ACCOUNT_ID: accountId,
    CLOUDFLARE_API_TOKEN: token,
  };
  return runProgram(['run', 'asset-index', '--source', '.', '--target', `d1:${database}`], {
    cwd,
    env: {...access, ...env},
  });
}

it('a refused token is shown with what to do about it, and is a matter of access', async () => {
  const {err, code} = await intoD1('assets', {CLOUDFLARE_API_TOKEN: 'wrong'});
  expect(err).toMatch(/Authentication error.*\n.*CLOUDFLARE_API_TOKEN needs the permission D1: Edit/);
  expect(code).toBe(4);
});

it('a database that is not there is shown with those that are', async () => {
  const {err, code} = await intoD1('asets');
  expect(err).toContain('the account has no database "asets"\nIt has assets.');
  expect(code).toBe(2);
});

it("README's table is this one", () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  for (const {symptom, cause, remedy: todo} of troubles)
    expect(readme).toContain(`| ${symptom} | ${cause} | ${todo} |`);
});
