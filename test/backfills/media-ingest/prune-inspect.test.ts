import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {inspectGone} from '../../../src/backfills/media-ingest/prune/inspect.ts';
import {directoryStore} from '../../../src/stores/directory.ts';
import {bucketUnderTest} from '../../stores/bucket-under-test.ts';
import {never} from '../../support/listing.ts';
import {tempFolder} from '../../support/temp.ts';

it('asks a folder for one file; what it can not say of one is a failure', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'a'));
  writeFileSync(join(folder, 'a/b'), 'x');
  const source = await directoryStore(folder);
  const asked = async (key: string) => {
    const {found} = await inspectGone({key, size: 0, fingerprint: null}, {source, signal: never});
    return found.isThere;
  };
  expect(await asked('a/b')).toBe(true);
  for (const key of ['a/c', 'a//b', '/a/b', 'c/', '../a/b', 'line\nbreak'])
    expect(await asked(key)).toBe(false);
  await expect(asked('x'.repeat(1_024))).rejects.toMatchObject({kind: 'invalid'});
});

it.each([
  ['denies access', {type: 'error', code: 'AccessDenied'}, 'denied'],
  ['has no such bucket', {type: 'error', code: 'NoSuchBucket'}, 'not-found'],
] as const)('an object is not gone because its bucket %s', async (_, fault, kind) => {
  const {store, server} = await bucketUnderTest();
  server.inject(fault);
  const asking = inspectGone({key: 'a', size: 0, fingerprint: null}, {source: store, signal: never});
  await expect(asking).rejects.toMatchObject({kind});
});
