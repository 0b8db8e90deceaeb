import {describe, expect, it} from 'vitest';
import type {LimitHeaders} from '../../src/sandbox/network/spec.ts';
import {asking, listRecords} from './asking.ts';
import {alice, faultOf, instead, networkOf, post, posts, signal} from './network-under-test.ts';

describe('an answer of a host', () => {
  it.each([
    [401, 'denied'],
    [403, 'denied'],
    [408, 'timeout'],
    [410, 'not-found'],
    [418, 'invalid'],
    [500, 'server-error'],
    [502, 'server-error'],
    [503, 'server-error'],
  ])('of %i is a failure of kind %s, with what it says', async (status, kind) => {
    const body = {error: 'SomeName', message: 'so it is\u001b[2J'};
    const {ask, pds} = await asking({meddle: instead(listRecords, () => ({status, body}))});
    expect(await faultOf(ask())).toMatchObject({
      kind,
      host: pds.host,
      message: expect.stringMatching(
        new RegExp(`^${pds.host}: ${status} .*: ${listRecords}: SomeName: so it is\\\\x1b\\[2J$`),
      ),
      retryAfterMs: undefined,
    });
  });

  const now = Date.parse('2026-01-01T00:00:00Z');
  const inSeconds = (seconds: number) => String(now / 1_000 + seconds);
  const dated = (seconds: number) => new Date(now + seconds * 1_000).toUTCString();

  it.each<[string, number, Record<string, string>, number]>([
    ['the time at which there is more', 429, {'ratelimit-reset': inSeconds(30), 'retry-after': '7'}, 30_000],
    ['the seconds until then, as an older draft has it', 429, {'ratelimit-reset': '30'}, 30_000],
    ['the seconds to wait', 429, {'retry-after': '7'}, 7_000],
    ['the time to wait for', 429, {'retry-after': dated(9)}, 9_000],
    ['nothing', 429, {}, 5_000],
    ['rubbish', 429, {'ratelimit-reset': 'soon', 'retry-after': 'later'}, 5_000],
    ['more than two minutes', 429, {'retry-after': '3600'}, 120_000],
    ['a time that has passed', 429, {'ratelimit-reset': inSeconds(-30)}, 1_000],
    ['the seconds to wait, as overloaded', 503, {'retry-after': '7'}, 7_000],
    [
      'that there is nothing left, as overloaded',
      503,
      {'ratelimit-remaining': '0', 'ratelimit-reset': inSeconds(3)},
      3_000,
    ],
  ])('that it is asked too often says %s', async (_, status, headers, retryAfterMs) => {
    const meddle = instead(listRecords, () => ({status, headers, body: {error: 'RateLimitExceeded'}}));
    const {ask, pds} = await asking({meddle, now: () => now});
    expect(await faultOf(ask())).toMatchObject({kind: 'rate-limited', host: pds.host, retryAfterMs});
  });

  it.each<LimitHeaders>(['ratelimit', 'retry-after', 'both', 'nothing'])(
    'that was the last for a while is followed by a wait; a limit told by %s',
    async announces => {
      const spec = alice({[post]: posts(3)});
      const under = await networkOf({...spec, hosts: {one: {limit: {requests: 3, seconds: 60, announces}}}});
      const pds = await under.pdsOf('alice');
      const ask = () =>
        pds.listRecords({did: under.local.didOf('alice'), collection: post, cursor: null}, signal);
      for (let times = 0; times < 3; times++) await ask();
      const fault = await faultOf(ask());
      expect(fault).toMatchObject({kind: 'rate-limited', host: pds.host});
      if (announces === 'nothing') expect(fault.retryAfterMs).toBe(5_000);
      else expect(fault.retryAfterMs).toBeGreaterThan(50_000);
      expect(fault.retryAfterMs).toBeLessThanOrEqual(60_000);
    },
  );

  it('that leaves no room for another is the last until its time, and costs no request meanwhile', async () => {
    let time = now;
    let headers: Record<string, string> = {'ratelimit-remaining': '0', 'ratelimit-reset': inSeconds(20)};
    const {ask, pds, requests} = await asking({
      now: () => time,
      meddle: instead(listRecords, () => ({headers, body: {records: []}})),
    });
    await ask();
    time += 5_000;
    expect(await faultOf(ask())).toMatchObject({kind: 'rate-limited', host: pds.host, retryAfterMs: 15_000});
    expect(requests()).toEqual({[listRecords]: 1});
    time += 15_000;
    headers = {'ratelimit-remaining': '1', 'ratelimit-reset': inSeconds(20)};
    await ask();
    await ask();
    expect(requests()).toEqual({[listRecords]: 3});
  });

  it('that leads elsewhere is not followed', async () => {
    const {ask, local, pds} = await asking({
      meddle: instead(listRecords, () => ({
        status: 302,
        headers: {location: `${local.plc}/secret`},
        body: '',
      })),
    });
    expect(await faultOf(ask())).toMatchObject({
      kind: 'invalid',
      message: `${pds.host}: it sends us to ${local.plc}/secret, where nobody may send us`,
    });
    expect(local.plcServer.requests).toEqual({resolve: 1});
  });

  it('that is compressed, though nobody asked for that, is not taken', async () => {
    const headers = {'content-encoding': 'gzip'};
    const {ask} = await asking({meddle: instead(listRecords, () => ({headers, body: '\x1f\x8b'}))});
    expect((await faultOf(ask())).message).toMatch(/it compresses what nobody asked it to/);
  });

  it('of a failure is read no further than its beginning', async () => {
    const body = 'x'.repeat(10_000_000);
    const {ask} = await asking({meddle: instead(listRecords, () => ({status: 500, body}))});
    expect(await faultOf(ask())).toMatchObject({kind: 'server-error'});
  });
});
