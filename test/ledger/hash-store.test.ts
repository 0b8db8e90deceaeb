import {expect, it} from 'vitest';
import type {UploadRecord} from '../../src/core/uploads.ts';
import {keptFor} from '../../src/engine/kept.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import {sha256} from '../support/assets.ts';
import {postgresVariables} from '../support/postgres.ts';
import {change, overLedgers} from './ledger-under-test.ts';

/** What the ledger knows of contents that were uploaded, and of files that were hashed. */

const content = sha256('a video');
const whose = {user: '7', provider: 'archive'};

function uploaded(changes: Partial<UploadRecord> = {}): UploadRecord {
  return {
    ...whose,
    sha256: content,
    status: 'success',
    note: '',
    assetId: '12',
    name: 'a & b.mp4',
    at: 1,
    ...changes,
  };
}

function keptOf(ledger: Ledger, machine: string, target = 'one', run: string | null = null, meets = false) {
  return keptFor({ledger, machine, target, run, meets, now: () => 5});
}

overLedgers(({openLedger, place}) => {
  it.each([
    ['another user', 'one', {user: '8'}],
    ['another provider', 'one', {provider: 'runway'}],
    ['another target', 'two', {}],
    ['a user of a similar name', 'one', {user: '07'}],
  ])('what was uploaded is not there for %s', async (_, target, other) => {
    const {uploads} = await openLedger();
    await uploads.keep('one', [uploaded()]);
    expect([...(await uploads.of('one', whose, [content])).values()]).toMatchObject([{assetId: '12'}]);
    expect(await uploads.of(target, {...whose, ...other}, [content])).toEqual(new Map());
  });

  it('a failure takes nothing back, a success takes its place, and an id once known stays', async () => {
    const {uploads} = await openLedger();
    const known = async () => (await uploads.of('one', whose, [content])).get(content);
    await uploads.keep('one', [uploaded({status: 'error', note: 'no room', assetId: null})]);
    expect(await known()).toMatchObject({status: 'error', note: 'no room'});
    await uploads.keep('one', [uploaded({at: 2})]);
    await uploads.keep('one', [uploaded({status: 'error', note: 'later', at: 3})]);
    expect(await known()).toEqual({...uploaded({at: 2}), user: undefined, provider: undefined});
    await uploads.keep('one', [uploaded({assetId: null, name: 'c.mp4', at: 4})]);
    expect(await known()).toMatchObject({assetId: '12', name: 'c.mp4', at: 4});
  });

  it('all successes of a target are told once each, page after page', async () => {
    const ledger = await openLedger();
    const records = Array.from({length: 2_500}, (_, number) =>
      uploaded({user: String(number % 3), provider: `p${number % 2}`, sha256: sha256(`${number}`)}),
    );
    await ledger.uploads.keep('one', [...records, uploaded({status: 'error', sha256: sha256('failed')})]);
    await ledger.uploads.keep('two', [uploaded()]);
    const told = (await Array.fromAsync(keptOf(ledger, 'laptop').successes())).flat();
    expect(told).toHaveLength(records.length);
    expect(new Set(told.map(({sha256: hash}) => hash)).size).toBe(records.length);
  });

  it('two machines share what was uploaded, and not what they have hashed', async () => {
    const at = await place();
    const [here, there] = [await openLedger(at), await openLedger(at)];
    const file = {path: '/videos/a.mp4', version: '9 1'};
    const laptop = keptOf(here, 'laptop');
    laptop.keepHash({...file, sha256: content, phash64: null, isSure: true});
    await here.fileHashes.flush();
    await laptop.keepUploads(whose, [uploaded()]);
    const desktop = keptOf(there, 'desktop');
    expect((await desktop.uploads(whose, [content])).get(content)).toMatchObject({status: 'success'});
    expect(await desktop.hashes([file])).toEqual(new Map());
    expect(await desktop.pathsOf([content])).toEqual(new Map());
    expect((await keptOf(there, 'laptop').hashes([file])).get(file.path)).toMatchObject({sha256: content});
  });

  it('a dry run knows which of its files met a content first, however often it is begun anew', async () => {
    const at = await place();
    const [one, two] = [await openLedger(at), await openLedger(at)];
    const first = (ledger: Ledger, run: string, key: string) =>
      keptOf(ledger, 'm', 'one', run, true)
        .firstMet([{sha256: content, key}])
        .then(met => met.get(content));
    expect(await first(one, 'r1', 'b.mp4')).toBe('b.mp4');
    expect(await first(two, 'r1', 'c.mp4')).toBe('b.mp4');
    expect(await first(two, 'r1', 'b.mp4')).toBe('b.mp4');
    expect(await first(two, 'r2', 'c.mp4')).toBe('c.mp4');
    // A live run asks its target.
    const live = await keptOf(one, 'm', 'one', 'r1').firstMet([
      {sha256: content, key: 'x'},
      {sha256: content, key: 'y'},
    ]);
    expect(live.get(content)).toBe('x');
  });

  it('a hash is that of a version: another size or time has none', async () => {
    const {fileHashes} = await openLedger();
    const path = '/videos/new\nline 🎬 e\u0301.mp4';
    fileHashes.keep('m', {path, version: '1', sha256: sha256('old'), phash64: null, isSure: true}, 1);
    fileHashes.keep('m', {path, version: '2', sha256: content, phash64: 'f'.repeat(16), isSure: false}, 2);
    await fileHashes.flush();
    expect(await fileHashes.of('m', [{path, version: '1'}])).toEqual(new Map());
    expect(await fileHashes.of('m', [{path, version: '2'}])).toEqual(
      new Map([[path, {sha256: content, phash64: 'f'.repeat(16), isSure: false}]]),
    );
  });

  it('hashes that can not be written for a while are written then, the newest last, and fail nobody', async () => {
    const at = await place();
    const {fileHashes} = await openLedger(at);
    const keep = (path: string, version: string) =>
      fileHashes.keep('m', {path, version, sha256: content, phash64: null, isSure: true}, 1);
    const versions = async (path: string) =>
      Promise.all(['1', '2'].map(async version => (await fileHashes.of('m', [{path, version}])).has(path)));
    await change(at, 'ALTER TABLE file_hashes RENAME TO away');
    keep('/v/a.mp4', '1');
    keep('/v/b.mp4', '1');
    await fileHashes.flush();
    keep('/v/a.mp4', '2');
    await fileHashes.flush();
    await change(at, 'ALTER TABLE away RENAME TO file_hashes');
    await fileHashes.flush();
    expect(await versions('/v/a.mp4')).toEqual([false, true]);
    expect(await versions('/v/b.mp4')).toEqual([true, false]);
  });

  it('a ledger that takes no hashes at all is closed without a word', async () => {
    const at = await place();
    const ledger = await Ledger.open(at, postgresVariables());
    await change(at, 'ALTER TABLE file_hashes RENAME TO away');
    const file = {path: '/v/a.mp4', version: '1', sha256: content, phash64: null, isSure: true};
    ledger.fileHashes.keep('m', file, 1);
    await expect(ledger.close()).resolves.toBeUndefined();
  });

  it('a folder that is removed takes its own files out, and nobody else’s', async () => {
    const {fileHashes} = await openLedger();
    const own = ['/v/a.mp4', '/v/b/c.mp4', '/v/é & 🎬.mp4'];
    const others = ['/v2/a.mp4', '/v.mp4', '/v-/a.mp4', '/v0', '/V/a.mp4', '/w/v/a.mp4'];
    for (const path of [...own, ...others])
      fileHashes.keep('m', {path, version: '1', sha256: content, phash64: null, isSure: true}, 3);
    fileHashes.keep('n', {path: '/v/a.mp4', version: '1', sha256: content, phash64: null, isSure: true}, 3);
    expect(await fileHashes.below('m', '/v')).toEqual({files: 3, at: 3});
    expect(await fileHashes.forget('m', '/v')).toBe(3);
    expect((await fileHashes.pathsOf('m', [content])).get(content)?.toSorted()).toEqual(others.toSorted());
    expect((await fileHashes.pathsOf('n', [content])).get(content)).toEqual(['/v/a.mp4']);
  });
});
