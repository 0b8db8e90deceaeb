import {describe, expect, it} from 'vitest';
import type {AccountStatus} from '../../src/sandbox/network/spec.ts';
import {listRecords} from './asking.ts';
import {alice, faultOf, like, networkOf, post, posts, signal} from './network-under-test.ts';

describe('a repository that is not served', () => {
  it.each<[AccountStatus, string, RegExp]>([
    ['deactivated', 'deactivated', /the account is deactivated/],
    ['takendown', 'taken-down', /has taken the repository down/],
    ['suspended', 'taken-down', /has taken the repository down/],
    ['deleted', 'not-found', /has no such repository/],
  ])('because it is %s is told by that, in every way to ask for it', async (status, kind, message) => {
    const {local, network, identityOf} = await networkOf(alice({[post]: posts(1)}));
    const pds = network.pds((await identityOf('alice')).pds);
    const did = local.didOf('alice');
    local.setStatus('alice', status);
    const order = {did, collections: [post], mostBytes: 1_000_000, proof: null, onBytes: () => {}};
    for (const ask of [
      () => pds.listRecords({did, collection: post, cursor: null}, signal),
      () => pds.collections(did, signal),
      () => pds.repository(order, signal),
      () => pds.record(did, post, 'r000000', signal),
    ])
      expect(await faultOf(ask())).toMatchObject({
        kind,
        host: pds.host,
        message: expect.stringMatching(message),
      });
  });

  it('because it has moved is not found', async () => {
    const {local, pdsOf} = await networkOf({...alice({[post]: posts(1)}), hosts: {one: {}, two: {}}});
    const before = await pdsOf('alice');
    local.move('alice', 'two');
    const listing = {did: local.didOf('alice'), collection: post, cursor: null};
    expect((await faultOf(before.listRecords(listing, signal))).kind).toBe('not-found');
  });

  it('by a host that does not tell how it stands is told by what the host says', async () => {
    const {local, pdsOf} = await networkOf(alice({[post]: posts(1)}), {
      meddle: async (call, answer) =>
        call.server === 'one'
          ? {status: 404, headers: {}, body: '<html>Nothing here</html>'}
          : await answer(call),
    });
    const listing = {did: local.didOf('alice'), collection: post, cursor: null};
    expect(await faultOf((await pdsOf('alice')).listRecords(listing, signal))).toMatchObject({
      kind: 'not-found',
      message: expect.stringMatching(/404 Not Found: com\.atproto\.repo\.listRecords$/),
    });
  });

  it('for a reason that may pass is tried again', async () => {
    const {local, pdsOf} = await networkOf(alice({[post]: posts(1)}), {
      meddle: async (call, answer) => {
        if (call.method === listRecords)
          return {
            status: 400,
            headers: {},
            body: '{"error":"InvalidRequest","message":"Could not find repo"}',
          };
        if (call.method !== 'com.atproto.sync.getRepoStatus') return await answer(call);
        return {status: 200, headers: {}, body: '{"did":"x","active":false,"status":"throttled"}'};
      },
    });
    const listing = {did: local.didOf('alice'), collection: post, cursor: null};
    expect(await faultOf((await pdsOf('alice')).listRecords(listing, signal))).toMatchObject({
      kind: 'server-error',
      message: expect.stringContaining('does not serve the repository for now'),
    });
  });
});

describe('one record', () => {
  it('is given as it is now, and null where there is none', async () => {
    const {local, network, pdsOf} = await networkOf(alice({[post]: posts(2)}));
    const pds = await pdsOf('alice');
    const did = local.didOf('alice');
    const record = await pds.record(did, post, 'r000001', signal);
    expect(record).toMatchObject({uri: `at://${did}/${post}/r000001`, fault: null});
    expect(network.cidOf(record?.json ?? '')).toBe(record?.cid);
    expect(await pds.record(did, post, 'r000007', signal)).toBeNull();
    await local.deleteRecord('alice', post, 'r000001');
    expect(await pds.record(did, post, 'r000001', signal)).toBeNull();
  });

  it('is not gone where the host does not tell whether it has the repository', async () => {
    const {local, pdsOf} = await networkOf(alice({[post]: posts(2)}), {
      meddle: async (call, answer) =>
        /getRepoStatus|describeRepo/.test(call.method)
          ? {status: 501, headers: {}, body: '{"error":"MethodNotImplemented"}'}
          : await answer(call),
    });
    const pds = await pdsOf('alice');
    const absent = pds.record(local.didOf('alice'), post, 'r000007', signal);
    expect((await faultOf(absent)).kind).toBe('server-error');
  });

  it('that the host gives under another URI, or changed, is a fault', async () => {
    const {local, pdsOf} = await networkOf(
      alice({[post]: posts(2)}, {lies: {[`${post}/r000001`]: {$type: post, text: 'else'}}}),
      {
        meddle: (call, answer) => {
          if (call.query.get('rkey') === 'r000000') call.query.set('rkey', 'r000001');
          return answer(call);
        },
      },
    );
    const pds = await pdsOf('alice');
    const did = local.didOf('alice');
    expect((await pds.record(did, post, 'r000001', signal))?.fault?.message).toMatch(/but its content has/);
    expect((await pds.record(did, post, 'r000000', signal))?.fault?.message).toMatch(
      /^its URI is .*r000001, and not/,
    );
  });

  it('has its collections listed beside it', async () => {
    const {local, pdsOf} = await networkOf(alice({[post]: posts(1), [like]: {a: {$type: like}}}));
    expect([...(await (await pdsOf('alice')).collections(local.didOf('alice'), signal))].sort()).toEqual(
      [post, like].sort(),
    );
  });
});
