import {hash} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {wholeHash} from '../../src/stores/s3-stated.ts';
import type {PutOptions} from '../simulators/s3-objects.ts';
import {makeIndex} from '../support/assets.ts';
import {makeBench, rehearse} from '../support/engine.ts';
import {never, theOne} from '../support/listing.ts';
import {bucketUnderTest} from './bucket-under-test.ts';

const base64 = (content: Uint8Array | string) => hash('sha256', content, 'base64');
const whole = (content: Uint8Array | string): PutOptions => ({
  checksum: {sha256: base64(content), type: 'FULL_OBJECT'},
});

describe('the SHA-256 that a bucket states', () => {
  it('saves every download of a run', async () => {
    const {store, server} = await bucketUnderTest();
    const keys = Array.from({length: 12}, (_, number) => `object ${String(number).padStart(2, '0')}`);
    for (const key of keys) server.put(key, key, whole(key));
    const bench = await makeBench({store: () => store});
    makeIndex(bench.index);
    const {record} = await rehearse(bench);
    expect(record).toMatchObject({status: 'completed', tally: {inserted: 12, failed: 0}});
    const found = (await Array.fromAsync(bench.ledger.pages.all(record.id, 'plan'))).flatMap(({entries}) =>
      entries.map(entry => entry.found),
    );
    expect(found).toEqual(keys.map(key => expect.objectContaining({hash: hash('sha256', key)})));
    const gets = server.requests.filter(({operation}) => operation === 'GetObject');
    expect(gets.map(({headers}) => headers.range)).toEqual(['bytes=0-0']);
    expect(server.requests.filter(({operation}) => operation === 'HeadObject')).toHaveLength(12);
  });

  it.each<[string, PutOptions]>([
    ['of the parts', {checksum: {sha256: base64('content'), type: 'COMPOSITE'}, etag: `${'a'.repeat(32)}-3`}],
    ['of the parts, with their number', {checksum: {sha256: `${base64('content')}-3`, type: 'COMPOSITE'}}],
    [
      'with a number of parts, though it calls itself whole',
      {checksum: {sha256: `${base64('content')}-3`, type: 'FULL_OBJECT'}},
    ],
    ['that is none', {checksum: {sha256: 'e3b0c442', type: 'FULL_OBJECT'}}],
    ['in hex', {checksum: {sha256: hash('sha256', 'content'), type: 'FULL_OBJECT'}}],
    ['that it does not have', {}],
  ])('does not count if it is one %s', async (_, options) => {
    const {store, server} = await bucketUnderTest();
    server.put('object', 'content', options);
    const object = {...(await theOne(store, 'object')), statesHash: true};
    expect(await store.statedSha256(object, never)).toBeNull();
    expect(server.requests.at(-1)).toMatchObject({operation: 'HeadObject', status: 200});
  });

  it('does not count if it is one of another version than the listed one', async () => {
    const {store, server} = await bucketUnderTest();
    server.put('object', 'content', whole('content'));
    const object = await theOne(store, 'object');
    expect(object.statesHash).toBe(true);
    server.put('object', 'another', whole('another'));
    expect(await store.statedSha256(object, never)).toBeNull();
    const ignored = server.inject({type: 'if-match-ignored'});
    expect(await store.statedSha256(object, never)).toBeNull();
    expect(ignored.fired).toBe(1);
    const asked = server.requests.length;
    expect(await store.statedSha256({...object, version: ''}, never), 'there is no telling whose').toBeNull();
    expect(server.requests).toHaveLength(asked);
  });

  it.each<[string, string | undefined, string | undefined, string, string | null]>([
    ['the whole object', base64('x'), 'FULL_OBJECT', 'etag', hash('sha256', 'x')],
    ['the whole object, by a store that knows no types', base64('x'), undefined, 'etag', hash('sha256', 'x')],
    ['the whole object, though it came in parts', base64('x'), 'FULL_OBJECT', 'etag-3', hash('sha256', 'x')],
    ['parts, by a store that knows no types', base64('x'), undefined, 'etag-3', null],
    ['parts', base64('x'), 'COMPOSITE', 'etag', null],
    ['a type that is not known yet', base64('x'), 'FUTURE', 'etag', null],
    ['nothing', undefined, 'FULL_OBJECT', 'etag', null],
  ])('of %s', (_, checksum, type, etag, expected) => {
    expect(wholeHash(checksum, type, etag)).toBe(expected);
  });

  it('is asked for where the listing promises it, and of large objects, until eight in a row had none', async () => {
    const {store, server} = await bucketUnderTest();
    const large = Buffer.alloc(1_048_576);
    for (let number = 0; number < 12; number++) server.put(`large ${number}`, large);
    server.put('small', 'content');
    const heads = () => server.requests.filter(({operation}) => operation === 'HeadObject').length;
    expect(await store.statedSha256(await theOne(store, 'small'), never)).toBeNull();
    expect(heads()).toBe(0);
    for (let number = 0; number < 12; number++)
      expect(await store.statedSha256(await theOne(store, `large ${number}`), never)).toBeNull();
    expect(heads()).toBe(8);
    server.put('stated', 'content', whole('content'));
    const stated = await store.statedSha256(await theOne(store, 'stated'), never);
    expect(stated).toBe(hash('sha256', 'content'));
  });

  it('is asked for no less where one that the listing promised is of no use', async () => {
    const {store, server} = await bucketUnderTest();
    server.put('parts', 'content', {checksum: {sha256: base64('content'), type: 'COMPOSITE'}});
    const large = Buffer.alloc(1_048_576);
    server.put('large', large, whole(large));
    const parts = {...(await theOne(store, 'parts')), statesHash: true};
    for (let time = 0; time < 9; time++) expect(await store.statedSha256(parts, never)).toBeNull();
    const object = {...(await theOne(store, 'large')), statesHash: false};
    expect(await store.statedSha256(object, never)).toBe(hash('sha256', large));
  });

  it('is asked for no less where the question failed', async () => {
    const {store, server} = await bucketUnderTest();
    const large = Buffer.alloc(1_048_576);
    server.put('large', large, whole(large));
    const object = {...(await theOne(store, 'large')), statesHash: false};
    const failing = server.inject({type: 'error', code: 'InternalError'});
    for (let attempt = 0; attempt < 9; attempt++) expect(await store.statedSha256(object, never)).toBeNull();
    failing.end();
    expect(await store.statedSha256(object, never)).toBe(hash('sha256', large));
  });

  it('is not waited for when it is told to stop', async () => {
    const {store, server} = await bucketUnderTest();
    server.put('object', 'content', whole('content'));
    const object = await theOne(store, 'object');
    const stalled = server.inject({type: 'stalled-headers'});
    const stop = new AbortController();
    const asking = store.statedSha256(object, stop.signal);
    while (stalled.fired === 0) await new Promise(resolve => setImmediate(resolve));
    const reason = new Error('paused');
    stop.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
});
