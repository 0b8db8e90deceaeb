import {readdirSync} from 'node:fs';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {atprotoFolder} from './atproto.ts';
import {startRealNetwork} from './real-network.ts';
import {tempFolder} from './temp.ts';

const folder = atprotoFolder();

describe.skipIf(folder === null)('a real network as a process', () => {
  it('says how many requests are left where it limits them, and how long to wait where none is', async () => {
    const {pdses, close} = await startRealNetwork(folder ?? '', {pdses: 1, rateLimits: true});
    onTestFinished(close);
    const url = `${pdses[0]?.origin}/xrpc/com.atproto`;
    const {headers} = await fetch(`${url}.sync.listRepos`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'ratelimit-limit': '3000',
      'ratelimit-remaining': '2999',
      'ratelimit-reset': expect.stringMatching(/^\d{10}$/),
      'ratelimit-policy': '3000;w=300',
    });
    // Fifty of these in five minutes, where all others together are three thousand.
    const body = JSON.stringify({token: 'none', password: 'none'});
    const reset = () =>
      fetch(`${url}.server.resetPassword`, {
        method: 'POST',
        headers: {'content-type': 'application/json'},
        body,
      });
    for (let number = 0; number < 50; number++) expect((await reset()).status).toBe(400);
    const refused = await reset();
    expect(refused.status).toBe(429);
    expect(await refused.json()).toEqual({error: 'RateLimitExceeded', message: 'Rate Limit Exceeded'});
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'ratelimit-remaining': '0',
      'ratelimit-policy': '50;w=300',
      'retry-after': expect.stringMatching(/^[12]?\d?\d$|^300$/),
    });
  });

  it('leaves nothing behind', async () => {
    const temporary = tempFolder();
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const network = await startRealNetwork(folder ?? '', {pdses: 1});
    expect(readdirSync(temporary)).toHaveLength(1);
    await network.close();
    expect(readdirSync(temporary)).toEqual([]);
    await expect(fetch(network.plc)).rejects.toThrow('fetch failed');
  });
});
