import {fork} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import type {UploadJournal} from '../../../src/stores/providers/provider.ts';
import {never} from '../../support/listing.ts';
import {tempFolder} from '../../support/temp.ts';
import {FileJournal, MemoryJournal} from '../../support/upload-journal.ts';
import {fileToUpload} from '../../support/uploaded-file.ts';
import type {BucketUnderTest, MakeBucket} from './bucket-provider.ts';

/** Four parts of 8 MiB, the last of them smaller. */
const size = 26_000_000;

/**
 * What becomes of an upload to a real bucket that was not left to end. Where a service does not tell which parts it has
 * (miniflare's R2, unlike Cloudflare's), all of them are sent again.
 */
export function goingOnConformance(
  name: string,
  make: MakeBucket,
  {listsParts}: {readonly listsParts: boolean},
): void {
  const sentAgain = listsParts ? 2 : 4;
  const begun = listsParts ? 1 : 2;

  /** Two of its parts are there, and no other is let through, until the proxy is healed. */
  async function stuck(bucket: BucketUnderTest, journal: UploadJournal): Promise<void> {
    const {provider, proxy} = bucket;
    const stop = new AbortController();
    const twoThere = Promise.withResolvers<void>();
    proxy.inject('UploadPart', {type: 'held'}, {after: 2});
    const allArrived = proxy.arrived('UploadPart', 4);
    let told = 0;
    const onProgress = () => {
      if (++told === 2) twoThere.resolve();
    };
    const uploading = provider.upload(fileToUpload('video', size), {
      signal: stop.signal,
      journal,
      onProgress,
    });
    const ended = expect(uploading).rejects.toThrow('stopped by the test');
    await Promise.all([allArrived, twoThere.promise]);
    stop.abort(new Error('stopped by the test'));
    await ended;
    proxy.heal();
  }

  it.each([1_000, size])(`${name} takes as many requests for %d bytes as it says`, async bytes => {
    const {provider, proxy} = await make();
    const before = proxy.requests.length;
    const file = fileToUpload('counted', bytes);
    expect(await provider.find(file, never)).toBeNull();
    await provider.upload(file, {signal: never, journal: new MemoryJournal()});
    expect(provider.requestsFor?.(bytes)).toBe(proxy.requests.length - before);
  });

  describe(`${name} goes on`, () => {
    it('where it was stopped: no part that arrived is sent twice', async () => {
      const bucket = await make();
      const {provider, proxy, leftovers} = bucket;
      const journal = new MemoryJournal();
      await stuck(bucket, journal);
      const before = proxy.count('UploadPart');
      const file = fileToUpload('video', size);
      const progress: number[] = [];
      await provider.upload(file, {signal: never, journal, onProgress: bytes => progress.push(bytes)});
      expect(proxy.count('UploadPart') - before).toBe(sentAgain);
      expect(proxy.count('CreateMultipartUpload')).toBe(begun);
      expect(progress.at(-1)).toBe(size);
      expect(await provider.find(file, never)).toBe('same');
      expect([...journal.open, ...(await leftovers())]).toEqual([]);
    });

    it('but sends the parts anew whose bytes are others by now', async () => {
      const bucket = await make();
      const {provider, proxy} = bucket;
      const journal = new MemoryJournal();
      await stuck(bucket, journal);
      const before = proxy.count('UploadPart');
      const other = fileToUpload('video', size, {seed: 1});
      await provider.upload({...other, sha256: null}, {signal: never, journal});
      expect(proxy.count('UploadPart') - before).toBe(4);
      expect(await provider.find(other, never)).toBe('same');
    });

    it.each(['by the next attempt', 'by whoever gives it up'])(
      'behind an upload whose id nobody has heard, which is ended %s',
      async how => {
        const {provider, proxy, leftovers} = await make();
        const file = fileToUpload('video', size);
        const journal = new MemoryJournal();
        proxy.inject('CreateMultipartUpload', {type: 'lost'}, {times: 1});
        await expect(provider.upload(file, {signal: never, journal})).rejects.toMatchObject({
          kind: 'connection',
        });
        expect(journal.open.size).toBe(1);
        expect(await leftovers()).toHaveLength(1);
        if (how === 'by the next attempt') await provider.upload(file, {signal: never, journal});
        else await provider.abandon('video', journal.open.get('video') ?? '', never);
        // A service that does not tell which uploads are open keeps it.
        expect(await leftovers()).toHaveLength(listsParts ? 0 : 1);
        expect(await provider.find(file, never)).toBe(how === 'by the next attempt' ? 'same' : null);
      },
    );

    it('after its process was killed', async () => {
      const {provider, proxy, place, leftovers} = await make();
      const path = join(tempFolder(), 'journal.json');
      proxy.inject('UploadPart', {type: 'held'}, {after: 2});
      const allArrived = proxy.arrived('UploadPart', 4);
      const script = fileURLToPath(new URL('./upload-child.ts', import.meta.url));
      const child = fork(script, [JSON.stringify({place, path, name: 'video', size})]);
      const ended = once(child, 'exit');
      const twoThere = new Promise<void>(resolve => {
        child.once('message', () => child.once('message', resolve));
      });
      await Promise.all([allArrived, twoThere]);
      child.kill('SIGKILL');
      await ended;
      proxy.heal();
      const before = proxy.count('UploadPart');
      const file = fileToUpload('video', size);
      const journal = new FileJournal(path);
      expect(journal.open.size).toBe(1);
      expect(await provider.find(file, never)).toBeNull();
      await provider.upload(file, {signal: never, journal});
      expect(proxy.count('UploadPart') - before).toBe(sentAgain);
      expect(await provider.find(file, never)).toBe('same');
      expect([...journal.open, ...(await leftovers())]).toEqual([]);
    });

    it('anew where the service knows its upload no more', async () => {
      const bucket = await make();
      const {provider, proxy, leftovers} = bucket;
      const journal = new MemoryJournal();
      await stuck(bucket, journal);
      await provider.abandon('video', journal.open.get('video') ?? '', never);
      const file = fileToUpload('video', size);
      await provider.upload(file, {signal: never, journal});
      expect(proxy.count('CreateMultipartUpload')).toBe(2);
      expect(await provider.find(file, never)).toBe('same');
      expect([...journal.open, ...(await leftovers())]).toEqual([]);
    });

    it('by looking, where nobody heard that it was completed: nothing is sent again', async () => {
      const {provider, proxy, leftovers} = await make();
      const journal = new MemoryJournal();
      const stop = new AbortController();
      const file = fileToUpload('video', size);
      const met = proxy.inject('CompleteMultipartUpload', {type: 'lost'});
      const uploading = provider.upload(file, {signal: stop.signal, journal});
      const ended = expect(uploading).rejects.toThrow('stopped by the test');
      await met;
      stop.abort(new Error('stopped by the test'));
      await ended;
      proxy.heal();
      expect(await provider.find(file, never)).toBe('same');
      expect(journal.open.size).toBe(1);
      await provider.upload(file, {signal: never, journal});
      expect(proxy.count('UploadPart')).toBe(4);
      expect(proxy.count('CreateMultipartUpload')).toBe(1);
      expect([...journal.open, ...(await leftovers())]).toEqual([]);
    });

    it('by itself, where the answer to its end was lost', async () => {
      const {provider, proxy} = await make();
      const file = fileToUpload('video', size);
      const journal = new MemoryJournal();
      proxy.inject('CompleteMultipartUpload', {type: 'lost'}, {times: 1});
      await provider.upload(file, {signal: never, journal});
      expect(proxy.count('UploadPart')).toBe(4);
      expect(journal.open.size).toBe(0);
      expect(await provider.find(file, never)).toBe('same');
    });

    it('is not needed for one PUT whose answer was lost: it is found', async () => {
      const {provider, proxy} = await make();
      const file = fileToUpload('image', 100_000);
      const journal = new MemoryJournal();
      proxy.inject('PutObject', {type: 'lost'}, {times: 1});
      await expect(provider.upload(file, {signal: never, journal})).rejects.toMatchObject({
        name: 'Fault',
        kind: 'connection',
        isUnsettled: true,
      });
      expect(await provider.find(file, never)).toBe('same');
      expect(proxy.count('PutObject')).toBe(1);
    });
  });
}
