import {describe, expect, it} from 'vitest';
import type {Network, Relay} from '../../src/atproto/network.ts';
import type {ByCollection, NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {alice, faultOf, instead, like, networkOf, post, posts, signal} from './network-under-test.ts';

const byCollection = 'com.atproto.sync.listReposByCollection';

/** A crowd of posters, and a few who only like. */
function crowd(posters: number, relay: NonNullable<NetworkSpec['relays']>[number] = {}): NetworkSpec {
  return {
    hosts: {one: {}},
    relays: [relay],
    crowds: [
      {name: 'poster', accounts: posters, hosts: ['one'], records: {[post]: 1}, isUnsigned: true},
      {name: 'liker', accounts: 3, hosts: ['one'], records: {[like]: 1}, isUnsigned: true},
    ],
  };
}

function relayOf({relays}: Network): Relay {
  const [relay] = relays;
  if (relay === undefined) throw new Error('there is no relay');
  return relay;
}

async function everyDid(relay: Relay, collection: string) {
  const dids: string[] = [];
  const kinds = new Set<boolean>();
  for (let cursor: string | null = null; ; ) {
    const page = await relay.repositories(collection, cursor, signal);
    dids.push(...page.dids);
    kinds.add(page.isOfCollection);
    if (page.cursor === null) return {dids, kinds: [...kinds]};
    cursor = page.cursor;
  }
}

describe('a relay', () => {
  it('lists who has a collection, page by page, and nobody else', async () => {
    const {local, network} = await networkOf(crowd(25, {pageMost: 10}));
    const {dids, kinds} = await everyDid(relayOf(network), post);
    expect(dids).toEqual(Array.from({length: 25}, (_, n) => local.didOf(`poster-${n}`)));
    expect(kinds).toEqual([true]);
    expect(local.relayServers[0]?.requests).toEqual({[byCollection]: 3});
  });

  it.each<ByCollection>([400, 401, 404])(
    'that answers %s to a list by collection is asked for everybody, and then no more for the other',
    async refusal => {
      const {local, network} = await networkOf(crowd(25, {pageMost: 10, byCollection: refusal}));
      const {dids, kinds} = await everyDid(relayOf(network), post);
      expect(dids).toHaveLength(28);
      expect(kinds).toEqual([false]);
      await everyDid(relayOf(network), like);
      expect(local.relayServers[0]?.requests[byCollection]).toBe(1);
    },
  );

  it('goes on in the list that was begun, also in another process and when it has learnt the other', async () => {
    const {local, network, open} = await networkOf(crowd(25, {pageMost: 10, byCollection: 404}));
    const {dids, cursor} = await relayOf(network).repositories(post, null, signal);
    local.relayServers[0]?.serve('served');
    const next = await relayOf(open()).repositories(post, cursor, signal);
    expect(next.isOfCollection).toBe(false);
    expect(new Set([...dids, ...next.dids]).size).toBe(20);
  });

  it('that breaks down for one collection is not asked for everybody', async () => {
    const {local, network} = await networkOf(crowd(3, {failsFor: [post]}));
    expect(await faultOf(relayOf(network).repositories(post, null, signal))).toMatchObject({
      kind: 'server-error',
      host: relayOf(network).host,
      message: expect.stringMatching(/500 Internal Server Error: .*DatabaseError: failed to read DIDs/),
    });
    expect(local.relayServers[0]?.requests).toEqual({[byCollection]: 1});
  });

  it('that has once listed by collection, and then says 404, has failed', async () => {
    const {local, network} = await networkOf(crowd(3));
    await relayOf(network).repositories(post, null, signal);
    local.relayServers[0]?.serve(404);
    expect((await faultOf(relayOf(network).repositories(like, null, signal))).kind).toBe('not-found');
  });

  it('that has neither list says why it does not have the first', async () => {
    const {network} = await networkOf(alice({[post]: posts(1)}), {
      meddle: async () => ({
        status: 401,
        headers: {},
        body: '{"error":"AuthMissing","message":"Who are you?"}',
      }),
    });
    expect(await faultOf(relayOf(network).repositories(post, null, signal))).toMatchObject({
      kind: 'denied',
      message: expect.stringContaining(`${byCollection}: AuthMissing: Who are you?`),
    });
  });

  it('is not asked for what is no collection: it would look as if it had no such list', async () => {
    const {local, network} = await networkOf(crowd(1));
    expect(await faultOf(relayOf(network).repositories('posts', null, signal))).toMatchObject({
      kind: 'invalid',
      message: 'posts is not the name of a collection',
    });
    expect(local.relayServers[0]?.requests).toEqual({});
  });

  it('leaves accounts that are not active out of the list of everybody', async () => {
    const {local, network} = await networkOf({
      hosts: {one: {}},
      relays: [{byCollection: 404}],
      accounts: [
        {name: 'here', host: 'one'},
        {name: 'away', host: 'one', status: 'deactivated'},
        {name: 'down', host: 'one', status: 'takendown'},
      ],
    });
    expect((await relayOf(network).repositories(post, null, signal)).dids).toEqual([local.didOf('here')]);
  });
});

/** Answers of the relay's own making. */
async function telling(answer: (cursor: string | null) => object): Promise<Relay> {
  const meddle = instead(byCollection, ({query}) => ({body: answer(query.get('cursor'))}));
  return relayOf((await networkOf(alice({}), {meddle})).network);
}

const did = (n: number) => ({did: `did:plc:${String(n).padStart(24, 'a')}`});

describe('of a relay that is not sound', () => {
  it('what is no DID is left out of a page, and the rest of it is taken', async () => {
    const repos = [
      did(1),
      {did: 'alice'},
      {did: 7},
      'did:plc:x',
      null,
      {did: `did:plc:${'a'.repeat(3_000)}`},
      did(2),
    ];
    const relay = await telling(() => ({repos}));
    expect((await relay.repositories(post, null, signal)).dids).toEqual([did(1).did, did(2).did]);
  });

  it.each([
    ['at once', 1],
    ['after three pages', 3],
    ['after a hundred', 100],
  ])('a cursor that is repeated %s is found out', async (_, length) => {
    let pages = 0;
    const relay = await telling(cursor => {
      pages++;
      return {repos: [did(pages)], cursor: String((Number(cursor ?? -1) + 1) % length)};
    });
    expect(await faultOf(everyDid(relay, post))).toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/its list comes round again: the cursor .* is repeated/),
    });
    expect(pages).toBeLessThan(4 * length + 4);
  });

  it('a cursor that is repeated and writes to the screen is told in letters', async () => {
    const relay = await telling(() => ({repos: [did(1)], cursor: '\x1b[2J'}));
    expect((await faultOf(everyDid(relay, post))).message).toMatch(/the cursor \S*\\x1b\[2J is repeated$/);
  });

  it('pages that stay empty are found out, and a few are not', async () => {
    const some = await telling(cursor => {
      const page = Number(cursor ?? 0);
      return page === 20 ? {repos: [did(1)]} : {repos: [], cursor: String(page + 1)};
    });
    expect((await everyDid(some, post)).dids).toHaveLength(1);
    const all = await telling(cursor => ({repos: [], cursor: String(Number(cursor ?? 0) + 1)}));
    expect(await faultOf(everyDid(all, post))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('its list does not end: 50 empty pages in a row'),
    });
  });

  it('a page that is asked for again, after a failure of ours, is no loop', async () => {
    const relay = await telling(cursor => ({repos: [did(1)], cursor: String(Number(cursor ?? 0) + 1)}));
    const {cursor} = await relay.repositories(post, null, signal);
    for (let again = 0; again < 5; again++)
      expect((await relay.repositories(post, cursor, signal)).cursor).not.toBe(cursor);
  });

  it.each([['a list'], [[]], [{}], [{repos: {}}], [{repos: [], cursor: 7}], ['<html>']])(
    'an answer of another form is named: %j',
    async body => {
      const meddle = instead(byCollection, () => ({body}));
      const {network} = await networkOf(alice({}), {meddle});
      expect(await faultOf(relayOf(network).repositories(post, null, signal))).toMatchObject({
        kind: 'invalid',
        message: expect.stringContaining(`its answer to ${byCollection} is not of the form`),
      });
    },
  );
});
