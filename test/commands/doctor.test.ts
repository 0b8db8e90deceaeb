import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {s3UnderTest} from '../simulators/s3-under-test.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {type Ended, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

const cloudflare = sharedSimulator({databases: ['assets', 'other']});

/** A bucket and a D1 database in a config, looked at with these variables set. */
async function doctor(changes: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const {endpoint, bucket, accessKeyId, secretAccessKey} = await s3UnderTest();
  const {baseUrl, accountId, token} = cloudflare();
  const cwd = tempFolder();
  const config = {
    sources: {photos: {s3: `s3://${bucket}/photos/`, endpoint}, nowhere: {s3: 's3://nowhere', endpoint}},
    targets: {index: {d1: 'assets'}, empty: {d1: 'other', environment: 'production'}, gone: {d1: 'gone'}},
  };
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify(config));
  const env = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    CLOUDFLARE_BASE_URL: baseUrl,
    CLOUDFLARE_ACCOUNT_ID: accountId,
    CLOUDFLARE_API_TOKEN: token,
    ...changes,
  };
  await runProgram(['migrate', 'asset-index', '--target', 'd1:assets'], {
    cwd,
    env: {...env, CLOUDFLARE_API_TOKEN: token},
  });
  return runProgram(['doctor'], {cwd, env});
}

it('says of each bucket and database whether it works, and what to do', async () => {
  const {out, code} = await doctor();
  expect(out).toMatch(/✔ source photos: s3:\/\/assets at http:.*: the bucket can be listed/);
  expect(out).toMatch(/✖ source nowhere: .*NoSuchBucket.*\n {2}Look at the name of the bucket/);
  expect(out).toMatch(
    /✔ target index: D1 assets \(d1:.*\) can be read\n✔ target index: asset-index: files is the documented table: 0 rows/,
  );
  expect(out).toMatch(
    /! target empty: the tables of asset-index are not there\n.*headgate migrate asset-index --target empty/,
  );
  expect(out).toMatch(/✖ target gone: the account has no database "gone"\n {2}It has assets, other\./);
  expect(out).toContain('CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_BASE_URL set');
  expect(out).toMatch(/✔ target empty: D1 other, production \(d1:.*\) can be read/);
  expect(out).toMatch(/\n8 fine, 4 warnings, 2 errors\n$/);
  expect(code).toBe(1);
});

it('warns of a records target without a lexicon, which only a run without collections fails for', async () => {
  const cwd = tempFolder();
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify({targets: {catalogue: {pglite: 'data'}}}));
  const migrated = await runProgram(['migrate', 'records', '--target', 'catalogue'], {cwd});
  expect(migrated.code, migrated.err).toBe(0);

  const {out, code} = await runProgram(['doctor'], {cwd});
  expect(out).toContain('✔ target catalogue: records: records: 0 rows; 0 record lexicons\n');
  expect(out).toContain(
    '! target catalogue: records: no lexicon is marked for backfill yet, so a run has to name its collections\n' +
      '  Name some (--collection NSID), or add a lexicon: headgate lexicon add FILE --target catalogue\n',
  );
  expect(out).toMatch(/, 1 warning, 0 errors\n$/);
  expect(code).toBe(0);

  const run = await runProgram(['run', 'records', '--target', 'catalogue'], {cwd});
  expect(run.err).toContain(
    'no collection is named, and the target has no lexicon that is marked for backfill',
  );
  expect(run.code).toBe(2);
});

it('never shows a credential', async () => {
  const {out, err} = await doctor();
  expect(out + err).not.toContain(cloudflare().token);
  expect(out + err).not.toContain('simulatorsecret');
});

it('tells wrong credentials from everything else', async () => {
  const {out, code} = await doctor({AWS_SECRET_ACCESS_KEY: 'wrong', CLOUDFLARE_API_TOKEN: 'wrong'});
  expect(out).toMatch(/✖ source photos: .*SignatureDoesNotMatch.*\n {2}\S/);
  expect(out).toMatch(/✖ target index: Cloudflare refused the token.*\n.*CLOUDFLARE_API_TOKEN needs/);
  expect(code).toBe(4);
});

it('says of each setup of the config whether its backfill and its places are known', async () => {
  const cwd = tempFolder();
  for (const folder of ['camera', 'disk']) mkdirSync(join(cwd, folder));
  const toDisk = {source: 'camera', target: 'assets', user: '7', provider: 'disk'};
  const config = {
    sources: {camera: {folder: 'camera'}},
    targets: {assets: {pglite: 'assets'}},
    providers: {disk: {folder: 'disk'}},
    backfills: {
      uploads: toDisk,
      mistyped: {...toDisk, backfill: 'uploads', provider: 'dsk'},
      elsewhere: {...toDisk, backfill: 'uploads', source: './nowhere'},
      unknown: {...toDisk, backfill: 'uplods'},
      'uploads-repair': {target: 'assets', source: 'disc'},
      pruning: {backfill: 'artifacts-cleanup', target: 'assets'},
    },
  };
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify(config));
  const {out, code} = await runProgram(['doctor'], {cwd});
  expect(out).toContain('✔ backfills.uploads: uploads, camera → disk → assets\n');
  expect(out).toContain(
    '✖ backfills.mistyped: there is no provider "dsk" in the config: it has disk\n  For a folder write ./dsk\n',
  );
  expect(out).toMatch(/✖ backfills\.elsewhere: source .*nowhere: .*\n {2}\S/);
  expect(out).toMatch(/✖ backfills\.unknown: there is no backfill uplods\n {2}Known are: .*uploads/);
  expect(out).toContain(
    '✖ backfills.uploads-repair: there is no provider "disc" in the config: it has disk\n',
  );
  expect(out).toMatch(
    /✖ backfills\.pruning: target assets: this is a PGlite folder, and artifacts-cleanup works on/,
  );
  expect(code).toBe(1);
});
