import fc from 'fast-check';
import {describe, expect, it, vi} from 'vitest';
import type {HostNews} from '../../src/core/event.ts';
import {type FailureKind, Fault} from '../../src/core/failure.ts';
import {downAfter, HostDown, Hosts} from '../../src/engine/hosts.ts';
import {limiter, never, settle, stoppedClock} from './limiter-under-test.ts';

stoppedClock();

const host = 'pds.example.com';

function underTest({max = 8}: {readonly max?: number} = {}) {
  const news: HostNews[] = [];
  const hosts = new Hosts({
    limiter: limiter({start: max, max}),
    halt: never,
    now: Date.now,
    emit: event => news.push(event),
  });
  let asked = 0;
  const ask = (how: FailureKind | 'ok', at = host): Promise<unknown> =>
    hosts
      .placed(at, async () => {
        asked++;
        if (how !== 'ok') throw new Fault(how, `it fails: ${how}`, {host: at});
        return 'answer';
      })
      .catch((error: unknown) => error);
  return {hosts, news, ask, count: () => asked};
}

async function broughtDown() {
  const under = underTest();
  for (let number = 0; number < downAfter; number++) await under.ask('connection');
  return under;
}

describe('a host', () => {
  it.each<FailureKind>(['connection', 'timeout', 'server-error'])(
    'is down after some failures in a row of kind %s, and nothing more is asked of it',
    async kind => {
      const {ask, hosts, news, count} = underTest();
      for (let number = 1; number < downAfter; number++) {
        expect(await ask(kind)).toBeInstanceOf(Fault);
        expect(hosts.down(host)).toBeNull();
      }
      expect(await ask(kind)).toMatchObject({host, isOwn: true, fault: {kind}});
      expect(hosts.down(host)).toMatchObject({since: Date.now(), fault: {kind}, tries: 0});
      expect(news).toEqual([expect.objectContaining({type: 'host', host, state: 'down'})]);
      const before = count();
      expect(await ask('ok')).toMatchObject({host, isOwn: false, fault: {kind}});
      expect(count()).toBe(before);
      expect(await ask('ok', 'another.example.com')).toBe('answer');
    },
  );

  it.each<FailureKind>(['rate-limited', 'not-found', 'denied', 'invalid', 'too-large', 'deactivated'])(
    'that answers %s is there, however often',
    async kind => {
      const {ask, hosts} = underTest();
      for (let number = 0; number < 20; number++) expect(await ask(kind)).toBeInstanceOf(Fault);
      for (let number = 1; number < downAfter; number++) await ask('connection');
      await ask(kind);
      for (let number = 1; number < downAfter; number++) await ask('connection');
      expect(hosts.down(host)).toBeNull();
    },
  );

  it('is down exactly when so many failures in a row were the last that it was asked', async () => {
    const answers = fc.array(fc.constantFrom('connection', 'ok', 'rate-limited'), {maxLength: 20});
    await fc.assert(
      fc.asyncProperty(answers, async all => {
        const {ask, hosts} = underTest();
        let inARow = 0;
        for (const how of all) {
          if (inARow >= downAfter) break;
          await ask(how);
          inARow = how === 'connection' ? inARow + 1 : 0;
          expect(hosts.down(host) !== null).toBe(inARow >= downAfter);
        }
      }),
    );
  });

  it('that is down is not asked for what waited for a place meanwhile', async () => {
    const {hosts, ask, count} = underTest({max: 1});
    const held = Promise.withResolvers<void>();
    const first = hosts.placed(host, () => held.promise);
    const waiting = Array.from({length: downAfter + 3}, () => ask('connection'));
    held.resolve();
    await first;
    const ended = await Promise.all(waiting);
    expect(count()).toBe(downAfter);
    expect(ended.slice(downAfter)).toEqual([1, 2, 3].map(() => expect.objectContaining({isOwn: false})));
  });

  it('that goes down hears no more from what was under way', async () => {
    const {hosts, news} = underTest({max: 50});
    const held = Promise.withResolvers<never>();
    held.promise.catch(() => undefined);
    const under = Array.from({length: 12}, () =>
      hosts.placed(host, () => held.promise).catch(error => error),
    );
    await settle();
    held.reject(new Fault('connection', 'gone', {host}));
    const ended = await Promise.all(under);
    expect(ended.filter(error => error instanceof HostDown)).toHaveLength(12 - downAfter + 1);
    expect(hosts.down(host)).toMatchObject({tries: 0});
    expect(news).toHaveLength(1);
  });

  it('that is down is tried by one request, which decides', async () => {
    const {hosts, ask, count, news} = await broughtDown();
    const before = count();
    hosts.tryAgain(host);
    const [tried, other] = await Promise.all([ask('ok'), ask('ok')]);
    expect([tried, count()]).toEqual(['answer', before + 1]);
    expect(other).toBeInstanceOf(HostDown);
    expect(hosts.down(host)).toBeNull();
    expect(news.at(-1)).toMatchObject({state: 'up', host});
    expect(await ask('ok')).toBe('answer');
  });

  it('that answers at all is back, whatever it says', async () => {
    const {hosts, ask} = await broughtDown();
    hosts.tryAgain(host);
    expect(await ask('deactivated')).toMatchObject({kind: 'deactivated'});
    expect(hosts.down(host)).toBeNull();
  });

  it('that is tried in vain is left alone for twice as long each time, up to half a minute', async () => {
    const {hosts, ask, news} = await broughtDown();
    const since = Date.now();
    const waits: number[] = [];
    for (let number = 0; number < 6; number++) {
      const {until = 0} = hosts.down(host) ?? {};
      waits.push(until - Date.now());
      vi.setSystemTime(until);
      hosts.tryAgain(host);
      expect(await ask('timeout')).toMatchObject({isOwn: true});
    }
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(hosts.down(host)).toMatchObject({since, fault: {kind: 'timeout'}, tries: 6});
    expect(news).toHaveLength(1);
  });

  it('needs no trial where it is up', async () => {
    const {hosts, ask} = underTest();
    hosts.tryAgain(host);
    for (let number = 1; number < downAfter; number++) expect(await ask('connection')).toBeInstanceOf(Fault);
    expect(await ask('connection')).toBeInstanceOf(HostDown);
    expect(await ask('ok')).toBeInstanceOf(HostDown);
  });

  it('that is set aside is told among the limits, with who waits for it', async () => {
    const {hosts, ask} = await broughtDown();
    await ask('ok', 'another.example.com');
    hosts.countAside(name => (name === host ? 7 : 0));
    expect(hosts.limits()).toEqual([
      expect.objectContaining({host, aside: expect.objectContaining({waiting: 7, since: Date.now()})}),
      expect.not.objectContaining({aside: expect.anything()}),
    ]);
  });
});
