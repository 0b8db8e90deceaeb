import {EventEmitter, getEventListeners, once} from 'node:events';
import {describe, expect, it} from 'vitest';
import {asking} from './asking.ts';
import {faultOf} from './network-under-test.ts';

/** Longer than a test may take: nothing ends by itself. */
const endless = {idleMs: 600_000, pageMs: 600_000};

describe('a host that breaks off', () => {
  it.each(['ask', 'fetch'] as const)('in the middle of its answer has not answered: %s', async way => {
    const under = await asking({
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        const {status, headers, body} = await answer(call);
        response.writeHead(status, {...headers, 'content-length': Buffer.byteLength(body)});
        response.write(body.slice(0, 100), () => response.destroy());
        return null;
      },
    });
    expect(await faultOf(under[way]())).toMatchObject({
      kind: 'connection',
      host: under.pds.host,
      message: expect.stringMatching(/it broke the connection/),
    });
  });

  it.each(['ask', 'fetch'] as const)('or says nothing more is waited for so long: %s', async way => {
    const under = await asking({
      limits: {idleMs: 100},
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        response.writeHead(200).write('{');
        return null;
      },
    });
    expect(await faultOf(under[way]())).toMatchObject({
      kind: 'timeout',
      message: `${under.pds.host}: nothing came (0.1 s)`,
    });
  });

  it('or never says anything', async () => {
    const {ask, pds} = await asking({
      limits: {idleMs: 100},
      meddle: async (call, answer) => (call.server === 'one' ? null : await answer(call)),
    });
    expect(await faultOf(ask())).toMatchObject({
      kind: 'timeout',
      message: `${pds.host}: nothing came (0.1 s)`,
    });
  });

  it('or says one thing after the other without end', async () => {
    const {ask, pds} = await asking({
      limits: {pageMs: 200},
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        const timer = setInterval(() => response.write(' '), 10);
        response.writeHead(200).on('close', () => clearInterval(timer));
        return null;
      },
    });
    expect(await faultOf(ask())).toMatchObject({
      kind: 'timeout',
      message: `${pds.host}: its answer takes too long (0.2 s)`,
    });
  });

  it('or only begins to say more than it may', async () => {
    const {ask, pds} = await asking({
      limits: endless,
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        response.writeHead(200, {'content-length': 20_000_000}).write('{');
        return null;
      },
    });
    expect(await faultOf(ask())).toMatchObject({
      kind: 'too-large',
      message: `${pds.host}: a page of one record is larger than 16,777,216 bytes`,
    });
  });

  it('or has more to say than it may', async () => {
    const {ask, pds} = await asking({
      limits: {pageBytes: 10_000},
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        const more = () => response.write(' '.repeat(1_000), error => error ?? more());
        response.writeHead(200);
        more();
        return null;
      },
    });
    expect(await faultOf(ask())).toMatchObject({kind: 'too-large', host: pds.host});
  });
});

describe('whoever gives up', () => {
  it.each(['nothing is said', 'an answer is half there'])('is let go at once, while %s', async when => {
    const seen = new EventEmitter();
    const {ask} = await asking({
      limits: endless,
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        if (when !== 'nothing is said') response.writeHead(200).write('{');
        response.on('close', () => seen.emit('closed'));
        seen.emit('asked');
        return null;
      },
    });
    const giving = new AbortController();
    const asked = once(seen, 'asked');
    const closed = once(seen, 'closed');
    const answer = ask(giving.signal).catch((error: unknown) => error);
    await asked;
    const reason = new Error('enough');
    giving.abort(reason);
    expect(await answer).toBe(reason);
    await closed;
  });

  it('before asking does not ask', async () => {
    const {ask, requests} = await asking();
    await expect(ask(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(requests()).toEqual({});
  });

  it('or not leaves nothing behind at the signal', async () => {
    const {ask, fetch} = await asking();
    const long = new AbortController();
    for (let times = 0; times < 3; times++) {
      await ask(long.signal);
      await fetch(long.signal);
    }
    expect(getEventListeners(long.signal, 'abort')).toEqual([]);
  });
});
