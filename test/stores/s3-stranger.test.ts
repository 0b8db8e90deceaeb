import {hash} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import type {StoredObject} from '../../src/stores/object-store.ts';
import {listedKeys, never} from '../support/listing.ts';
import {storeOf} from './stranger.ts';

const listedAs = (version: string, size: number): StoredObject => ({
  key: 'object',
  size,
  modifiedAt: 0,
  version,
  fingerprint: null,
});

describe('an answer of a server that is not like S3', () => {
  it.each<[string, Readonly<Record<string, string>>, string, number, string, RegExp]>([
    ['names no version', {}, 'content', 7, '"v"', /does not name its version/],
    ['names another version', {etag: '"w"'}, 'content', 7, '"v"', /its ETag is "w", where "v" was listed/],
    [
      'has more bytes, and does not say so',
      {etag: '"v"', 'transfer-encoding': 'chunked'},
      'content!',
      7,
      '"v"',
      /more than 7 bytes came/,
    ],
    [
      'has fewer bytes, and does not say so',
      {etag: '"v"', 'transfer-encoding': 'chunked'},
      'conten',
      7,
      '"v"',
      /broke off after 6 of 7/,
    ],
    [
      'has another length, and there is no version to go by',
      {'content-length': '8'},
      'content!',
      7,
      '',
      /changed since it was listed \(8 bytes are announced/,
    ],
  ])('that %s is a failure', async (_, headers, body, size, version, message) => {
    const store = await storeOf((_request, response) => response.writeHead(200, headers).end(body));
    await expect(store.sha256(listedAs(version, size), {signal: never})).rejects.toThrow(message);
  });

  it('is read where its length is not announced, and where its ETag is quoted otherwise', async () => {
    const headers = {etag: 'W/"v"', 'transfer-encoding': 'chunked'};
    const store = await storeOf((_request, response) => response.writeHead(200, headers).end('content'));
    expect(await store.sha256(listedAs('v', 7), {signal: never})).toBe(hash('sha256', 'content'));
  });

  it('is never gone on with where there is no version: it may be of another one', async () => {
    const bodies = ['AAAA', 'BBBBBBBB'];
    const store = await storeOf((request, response) => {
      expect(request.headers).not.toHaveProperty('range');
      const body = bodies.shift() ?? '';
      response.writeHead(200, {'content-length': 8});
      response.write(body, () => (body.length < 8 ? response.destroy() : response.end()));
    });
    expect(await store.sha256(listedAs('', 8), {signal: never})).toBe(hash('sha256', 'BBBBBBBB'));
  });

  it('is forgotten where it says too much: what came before that may be as wrong', async () => {
    const ranges: (string | undefined)[] = [];
    const store = await storeOf((request, response) => {
      ranges.push(request.headers.range);
      response.writeHead(200, {etag: '"v"'});
      if (ranges.length === 2) response.end('AAAABBBB');
      else response.write('XXXX', () => response.end('XXXXXXXX'));
    });
    expect(await store.sha256(listedAs('"v"', 8), {signal: never})).toBe(hash('sha256', 'AAAABBBB'));
    expect(ranges).toEqual([undefined, undefined]);
  });

  it.each([
    ['another part', 'bytes 2-7/8'],
    ['a part of something longer', 'bytes 4-7/9'],
    ['it does not say which', undefined],
  ])('is begun anew where %s comes than was asked for', async (_, range) => {
    let request = 0;
    const store = await storeOf((_incoming, response) => {
      request++;
      if (request === 1) {
        response.writeHead(200, {etag: '"v"', 'content-length': 8});
        response.write('AAAA', () => response.destroy());
      } else if (request === 2) {
        response
          .writeHead(206, {etag: '"v"', ...(range === undefined ? {} : {'content-range': range})})
          .end('XXXX');
      } else response.writeHead(200, {etag: '"v"'}).end('AAAABBBB');
    });
    expect(await store.sha256(listedAs('"v"', 8), {signal: never})).toBe(hash('sha256', 'AAAABBBB'));
    expect(request).toBe(3);
  });

  it.each([200, 500])('that never ends is not waited for: %d', async status => {
    const store = await storeOf((_request, response) => {
      response.writeHead(status);
      const more = () => void (response.destroyed || response.write('<Error>'.repeat(10_000), more));
      more();
    });
    const listing = listedKeys(store);
    await expect(listing).rejects.toMatchObject({kind: 'server-error'});
  });

  it('does not bring its control characters to the terminal', async () => {
    const body = '<Error><Code>Foo</Code><Message>\u001b[2J&#27;[31m it&apos;s &lt;red&gt;</Message></Error>';
    const store = await storeOf((_request, response) => response.writeHead(418).end(body));
    await expect(store.sha256(listedAs('"v"', 8), {signal: never})).rejects.toThrow(
      "object: 418 Foo: \\x1b[2J\\x1b[31m it's <red>",
    );
  });
});
