import {describe, expect, it} from 'vitest';
import {listedKeys, never} from '../../support/listing.ts';
import {MemoryJournal} from '../../support/upload-journal.ts';
import {fileToUpload} from '../../support/uploaded-file.ts';
import type {MakeBucket} from './bucket-provider.ts';

/** Four parts of 8 MiB, the last of them smaller. */
const size = 26_000_000;

/** What a real bucket, or the way to it, does to an upload. */
export function refusalsConformance(name: string, make: MakeBucket): void {
  describe(`${name} and its troubles`, () => {
    it.each([
      ['503', 503, 'SlowDown'],
      ['429', 429, 'TooManyRequests'],
      ['500', 500, 'InternalError'],
    ])('%s to parts, in a storm: they are sent again, and the file is whole', async (_, status, code) => {
      const {provider, proxy} = await make();
      const file = fileToUpload('video', size);
      proxy.inject('UploadPart', {type: 'status', status, code, retryAfter: '0'}, {times: 4});
      await provider.upload(file, {signal: never, journal: new MemoryJournal()});
      expect(proxy.count('UploadPart')).toBe(8);
      expect(await provider.find(file, never)).toBe('same');
    });

    it.each([
      ['PutObject', 1_000],
      ['CreateMultipartUpload', size],
      ['UploadPart', size],
    ] as const)(
      'a service that wants a long pause at %s is left to the caller, with what it said',
      async (operation, bytes) => {
        const {provider, proxy, leftovers} = await make();
        const journal = new MemoryJournal();
        proxy.inject(operation, {type: 'status', status: 503, code: 'SlowDown', retryAfter: '60'});
        const uploading = provider.upload(fileToUpload('video', bytes), {signal: never, journal});
        await expect(uploading).rejects.toMatchObject({
          kind: 'rate-limited',
          retryAfterMs: 60_000,
          host: provider.host,
        });
        const isOpen = operation === 'UploadPart';
        expect(journal.open.size).toBe(isOpen ? 1 : 0);
        expect(await leftovers()).toHaveLength(isOpen ? 1 : 0);
      },
    );

    it('bytes that are damaged on the way are refused by the service, and sent again', async () => {
      const {provider, proxy} = await make();
      const file = fileToUpload('video', size);
      proxy.inject('UploadPart', {type: 'damaged'}, {times: 1});
      await provider.upload(file, {signal: never, journal: new MemoryJournal()});
      expect(proxy.count('UploadPart')).toBe(5);
      expect(await provider.find(file, never)).toBe('same');
    });

    it('of one PUT, too: then the caller hears of it, and nothing is there', async () => {
      const {provider, proxy} = await make();
      const file = fileToUpload('image', 1_000);
      proxy.inject('PutObject', {type: 'damaged'}, {times: 1});
      const uploading = provider.upload(file, {signal: never, journal: new MemoryJournal()});
      await expect(uploading).rejects.toMatchObject({
        kind: 'server-error',
        message: expect.stringContaining('other bytes came there than were sent'),
      });
      expect(await provider.find(file, never)).toBeNull();
    });

    it.each([
      ['one PUT', 1_000],
      ['parts', size],
    ])(
      'a service that reports another checksum of %s is not believed, and the object is removed',
      async (_, bytes) => {
        const {provider, proxy, leftovers} = await make();
        const file = fileToUpload('video', bytes);
        const journal = new MemoryJournal();
        const etag = bytes === size ? `${'0'.repeat(32)}-4` : '0'.repeat(32);
        proxy.inject('HeadObject', {type: 'lied', etag}, {times: 1});
        await expect(provider.upload(file, {signal: never, journal})).rejects.toMatchObject({
          kind: 'server-error',
          message: expect.stringMatching(
            new RegExp(
              `video: ${bytes} bytes, SHA-256 ${file.sha256}, ETag \\w{32}(-4)? were uploaded, and the provider reports ${bytes} bytes, ETag ${etag}$`,
            ),
          ),
        });
        expect(await listedKeys(provider.store, {prefix: provider.store.prefix})).toEqual([]);
        expect(await leftovers()).toEqual([]);
        await provider.upload(file, {signal: never, journal});
        expect(await provider.find(file, never)).toBe('same');
        expect(journal.open.size).toBe(0);
      },
    );

    it.each([
      ['one PUT', 1_000],
      ['parts', size],
    ])('a wrong secret is a matter of access, in %s', async (_, bytes) => {
      const {provider, leftovers} = await make({secretAccessKey: 'wrong'});
      const journal = new MemoryJournal();
      await expect(provider.upload(fileToUpload('x', bytes), {signal: never, journal})).rejects.toMatchObject(
        {
          kind: 'denied',
          message: expect.stringContaining('the secret does not belong to the access key'),
        },
      );
      expect([...journal.open, ...(await leftovers())]).toEqual([]);
    });

    it('a refusal in the middle ends the upload, and leaves nothing of it', async () => {
      const {provider, proxy, leftovers} = await make();
      const journal = new MemoryJournal();
      proxy.inject('UploadPart', {type: 'status', status: 403, code: 'AccessDenied'}, {after: 2});
      await expect(provider.upload(fileToUpload('x', size), {signal: never, journal})).rejects.toMatchObject({
        kind: 'denied',
        message: expect.stringContaining('access is denied'),
      });
      expect([...journal.open, ...(await leftovers())]).toEqual([]);
    });

    it('an upload that can not be ended stays in the journal', async () => {
      const {provider, proxy} = await make();
      const journal = new MemoryJournal();
      proxy.inject('UploadPart', {type: 'status', status: 403, code: 'AccessDenied'}, {after: 2});
      proxy.inject('AbortMultipartUpload', {type: 'status', status: 403, code: 'AccessDenied'});
      const uploading = provider.upload(fileToUpload('x', size), {signal: never, journal});
      await expect(uploading).rejects.toMatchObject({kind: 'denied'});
      expect(journal.open.size).toBe(1);
    });

    it('a service that says nothing any more is given up', async () => {
      const {provider, proxy} = await make({idleMs: 1_000});
      proxy.inject('PutObject', {type: 'held'});
      const uploading = provider.upload(fileToUpload('x', 1_000), {
        signal: never,
        journal: new MemoryJournal(),
      });
      await expect(uploading).rejects.toMatchObject({
        kind: 'timeout',
        isUnsettled: true,
        message: expect.stringContaining('the host does not answer'),
      });
    });

    it('an ETag that says nothing of a file: then its metadata does, and without any its bytes', async () => {
      const {provider, proxy, put} = await make();
      const file = fileToUpload('video', 17_000_000);
      const bytes = Buffer.concat(await Array.fromAsync(file.read(never)));
      await put('video', bytes, {sha256: file.sha256});
      expect(await provider.find(file, never)).toBe('same');
      await put('video', bytes, {sha256: '0'.repeat(64)});
      expect(await provider.find(file, never)).toBe('other');
      expect(proxy.count('GetObject')).toBe(0);
      await put('video', bytes);
      expect(await provider.find(file, never)).toBe('same');
      expect(await provider.find({...file, sha256: null}, never)).toBe('same');
      await put('video', Buffer.from(bytes).fill(0, 0, 10));
      expect(await provider.find(file, never)).toBe('other');
      expect(proxy.count('GetObject')).toBe(3);
    });

    it('is checked as a provider', async () => {
      expect(await (await make()).provider.check()).toMatchObject([{level: 'ok', subject: 'provider'}]);
      const {provider} = await make({secretAccessKey: 'wrong'});
      expect(await provider.check()).toMatchObject([{level: 'error', subject: 'provider', isDenied: true}]);
    });
  });
}
