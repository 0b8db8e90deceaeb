import {appendFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {inspectObject} from '../../../src/backfills/asset-index/inspect.ts';
import {sha256, writeAsset} from '../../support/assets.ts';
import {theOne} from '../../support/listing.ts';
import {tempFolder} from '../../support/temp.ts';
import {documentedSchema, IndexUnderTest} from './index-under-test.ts';

/** Large enough to be told of while it is read; a small one is read before anybody hears of it. */
const content = 'as listed'.padEnd(4 * 1_048_576, '.');

/** A file as it was listed, and what its inspection comes to after, or while, something happens to it. */
async function inspected(
  key: string,
  {before, during}: {before?: (path: string) => void; during?: (path: string) => void},
) {
  const index = await IndexUnderTest.make(documentedSchema);
  const path = join(index.folder, key);
  writeAsset(index.folder, key, content);
  const object = await theOne(index.source, key);
  before?.(path);
  let happened = false;
  const onBytes = () => {
    if (!happened) during?.(path);
    happened = true;
  };
  return inspectObject(object, {...index.io, onBytes});
}

describe('an object', () => {
  it('has the hash and size of its bytes', async () => {
    const {item, found} = await inspected('file', {});
    expect(found).toEqual({hash: sha256(content), size: content.length});
    expect(item).toMatchObject({key: 'file', size: content.length});
  });

  it.each([
    ['since it was listed', {before: (path: string) => appendFileSync(path, ', and more')}],
    ['while it was read', {during: (path: string) => appendFileSync(path, ', and more')}],
  ])('that changed %s is taken as it is now, and its fingerprint with it', async (_, happens) => {
    const {item, found} = await inspected('file', happens);
    const now = `${content}, and more`;
    expect(found).toEqual({hash: sha256(now), size: now.length});
    expect(item).toMatchObject({size: now.length, fingerprint: null});
  });

  it.each([
    ['before', {before: (path: string) => rmSync(path)}],
    ['while', {during: (path: string) => rmSync(path)}],
  ])('that is deleted %s it is read is a failure of kind not-found, in one line', async (_, happens) => {
    const failed = inspected('new\nline', happens);
    await expect(failed).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringMatching(/^new\\x0aline: .+$/),
    });
  });

  it('that becomes a link elsewhere has no hash', async () => {
    const outside = tempFolder();
    const elsewhere = (path: string) => {
      rmSync(path);
      writeFileSync(join(outside, 'secret'), 'not yours');
      symlinkSync(join(outside, 'secret'), path);
    };
    await expect(inspected('file', {before: elsewhere})).rejects.toMatchObject({name: 'Fault'});
  });

  it('that changes again and again is left to the retries, as changed', async () => {
    const index = await IndexUnderTest.make(documentedSchema);
    writeAsset(index.folder, 'log', content);
    const path = join(index.folder, 'log');
    let lines = 0;
    const onBytes = () => writeFileSync(path, content + 'line\n'.repeat(++lines));
    const reading = inspectObject(await theOne(index.source, 'log'), {...index.io, onBytes});
    await expect(reading).rejects.toMatchObject({kind: 'changed'});
  });
});
