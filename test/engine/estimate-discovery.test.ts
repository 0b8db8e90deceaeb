import {describe, expect, it} from 'vitest';
import type {DiscoveredPage, Stream} from '../../src/backfills/repositories.ts';
import {Fault} from '../../src/core/failure.ts';
import {type DiscoveryOptions, discoverAll} from '../../src/engine/estimate-discovery.ts';
import {Hosts} from '../../src/engine/hosts.ts';
import {Limiter} from '../../src/engine/limiter.ts';
import {Stopper} from '../../src/engine/run-handle.ts';
import {defaultSettings} from '../../src/engine/settings.ts';
import {seeded} from '../support/seeded.ts';

type Pages = Readonly<Record<string, readonly (readonly string[] | Error)[]>>;

/** Streams whose pages are told here, and a clock that goes on by a second with each of them. */
function discovering(pages: Pages, options: Partial<DiscoveryOptions> = {}) {
  let clock = 0;
  const now = () => clock;
  const said: number[] = [];
  const stopper = new Stopper(() => undefined);
  const limiter = new Limiter({start: 8, max: 8, rate: null, now});
  const hosts = new Hosts({limiter, halt: stopper.halt, now, emit: () => undefined});
  const discover = async ({id}: Stream, cursor: string | null): Promise<DiscoveredPage> => {
    clock += 1_000;
    const at = Number(cursor ?? 0);
    const page = pages[id]?.[at] ?? [];
    if (page instanceof Error) throw page;
    return {ids: page, cursor: at + 1 < (pages[id]?.length ?? 0) ? String(at + 1) : null};
  };
  const found = discoverAll({
    context: {
      settings: {...defaultSettings, attempts: 1},
      halt: stopper.halt,
      random: seeded(1),
      hosts,
      emit: () => undefined,
      now,
      stop: (how, reason) => stopper.stop(how, reason),
    },
    repositories: {
      streams: () => Object.keys(pages).map(id => ({id, host: `${id}.example`, group: id})),
      discover,
    },
    sample: 4,
    say: count => said.push(count),
    ...options,
  });
  return {found, said, stopper};
}

describe('all that is listed', () => {
  it('is counted once each, whoever lists it, and drawn from', async () => {
    const {found, said} = discovering({
      a: [
        ['1', '2'],
        ['3', '1'],
      ],
      b: [['3'], ['4', '5', '4']],
    });
    const {facts, drawn} = await found;
    expect(facts).toMatchObject({found: 5, doubles: 3, requests: 4, streams: 2, failed: [], isLeast: false});
    expect(new Set(drawn)).toHaveProperty('size', 4);
    expect(said.length).toBeGreaterThan(0);
    expect(said.at(-1)).toBeLessThanOrEqual(5);
  });

  it('is counted no further than what can be remembered, and that there is more is said', async () => {
    const pages = {a: [['1', '2'], ['2', '3'], ['3', '4'], ['5'], ['6']]};
    const bounded = await discovering(pages, {most: 3}).found;
    expect(bounded.facts).toMatchObject({found: 3, isLeast: true, requests: 3, doubles: 2});
    expect((await discovering(pages, {most: 6}).found).facts).toMatchObject({found: 6, isLeast: false});
  });

  it('is what the others list where one can not be read any further', async () => {
    const {facts} = await discovering({a: [['1'], new Fault('server-error', 'it broke')], b: [['2']]}).found;
    expect(facts).toMatchObject({
      found: 2,
      failed: [{stream: 'a', group: 'a', kind: 'server-error', message: 'it broke'}],
    });
  });

  it('is nothing where none of them can be read: that is an error, of the kind that they say', async () => {
    const refused = discovering({a: [new Fault('denied', '401')], b: [new Fault('timeout', 'late')]});
    await expect(refused.found).rejects.toMatchObject({code: 'auth', hint: expect.stringMatching(/--relay/)});
  });

  it('ends with an error of our own, and everybody stops', async () => {
    const {found, stopper} = discovering({a: [new TypeError('a bug')]});
    await expect(found).rejects.toThrow('a bug');
    expect(stopper.reason).toMatchObject({by: 'error', message: 'a bug'});
  });

  it('is no longer asked for once the run is stopped', async () => {
    const {found, stopper} = discovering({a: [['1'], ['2'], ['3']]});
    stopper.stop('halt', {by: 'interrupt', message: 'interrupted'});
    await expect(found).rejects.toThrow('interrupted');
  });
});
