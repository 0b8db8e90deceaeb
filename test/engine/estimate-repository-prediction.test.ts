import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {isExact} from '../../src/core/count.ts';
import {failureKinds} from '../../src/core/failure.ts';
import {Reservoir} from '../../src/core/reservoir.ts';
import {type Kind, kinds} from '../../src/engine/estimate-facts.ts';
import type {SampledRepository} from '../../src/engine/estimate-repository-facts.ts';
import {predictRepositories} from '../../src/engine/estimate-repository-prediction.ts';
import {repositoryWarningsOf} from '../../src/engine/estimate-repository-warnings.ts';
import {repositoriesFacts, repositoriesOf, repositoryOf} from '../support/repository-facts.ts';
import {seeded} from '../support/seeded.ts';

const repository = fc
  .record({
    id: fc.uuid(),
    insert: fc.nat(500),
    update: fc.nat(50),
    delete: fc.nat(5),
    unchanged: fc.nat(500),
    skip: fc.nat(3),
    fail: fc.nat(3),
    failed: fc.option(fc.constantFrom(...failureKinds), {freq: 4}),
  })
  .map(({id, failed, ...items}) => repositoryOf(id, items, {failed}));
const facts = fc
  .record({
    repositories: fc.array(repository, {minLength: 1, maxLength: 40}),
    more: fc.nat(100_000),
    rows: fc.nat(100_000),
  })
  .map(({repositories, more, rows}) =>
    repositoriesFacts({repositories, found: repositories.length + more, rows}),
  );

function sumOf(repositories: readonly SampledRepository[], kind: Kind): number {
  return repositories.reduce((sum, {items}) => sum + items[kind], 0);
}

describe('what is predicted of repositories', () => {
  it('accounts for every one that was found and for every item of them, once', () => {
    fc.assert(
      fc.property(facts, measured => {
        const {repositories, items, listed, changes} = predictRepositories(measured);
        const {done, failures, failed} = repositories;
        const failedInAll = Object.values(failed).reduce((sum, {value}) => sum + value, 0);
        expect(done.value + failedInAll).toBe(measured.discovery.found);
        expect(failures.value).toBe(failedInAll);
        expect(Object.values(items).reduce((sum, {value}) => sum + value, 0)).toBe(listed.value);
        expect(changes.value).toBe(items.insert.value + items.update.value + items.delete.value);
        for (const {value, low, high} of [...Object.values(items), changes, listed, done, failures]) {
          expect([value, low, high].every(Number.isInteger)).toBe(true);
          expect(low).toBeLessThanOrEqual(value);
          expect(high).toBeGreaterThanOrEqual(value);
        }
      }),
    );
  });

  it('is never less than what was seen of the sample', () => {
    fc.assert(
      fc.property(facts, measured => {
        const {items} = predictRepositories(measured);
        for (const kind of kinds)
          expect(items[kind].low).toBeGreaterThanOrEqual(sumOf(measured.sample.repositories, kind));
      }),
    );
  });

  it('is exact of what was read to the last one', () => {
    fc.assert(
      fc.property(fc.array(repository, {minLength: 1, maxLength: 40}), repositories => {
        const {
          items,
          bytes,
          source,
          duration,
          repositories: outcomes,
        } = predictRepositories(repositoriesFacts({repositories}));
        for (const kind of kinds) {
          expect(isExact(items[kind])).toBe(true);
          expect(items[kind].value).toBe(sumOf(repositories, kind));
        }
        for (const count of [bytes, source.host, source.directory, outcomes.done])
          expect(isExact(count)).toBe(true);
        expect(outcomes.done.value).toBe(repositories.filter(({failed}) => failed === null).length);
        expect([duration.low, duration.high]).toEqual([duration.seconds, duration.seconds]);
      }),
    );
  });

  it('takes no less time and no fewer requests with more of them', () => {
    fc.assert(
      fc.property(facts, fc.nat(10_000), (measured, more) => {
        const {discovery} = measured;
        const larger = {...measured, discovery: {...discovery, found: discovery.found + more}};
        const [less, much] = [predictRepositories(measured), predictRepositories(larger)];
        expect(much.duration.seconds).toBeGreaterThanOrEqual(less.duration.seconds * 0.99);
        expect(much.source.host.value).toBeGreaterThanOrEqual(less.source.host.value);
        expect(much.duration.low).toBeLessThanOrEqual(much.duration.seconds + 1e-9);
        expect(much.duration.high).toBeGreaterThanOrEqual(much.duration.seconds - 1e-9);
      }),
    );
  });

  it('of what needs a row is not more than there are rows, and of what was not met what is usual', () => {
    const repositories = repositoriesOf(50);
    const empty = predictRepositories(repositoriesFacts({repositories, found: 10_000}));
    expect(empty.items.update).toEqual({value: 0, low: 0, high: 0});
    expect(empty.items.unchanged.high).toBe(0);
    // Seven of a hundred repositories may have what none of fifty had.
    expect(empty.items.fail.high).toBeGreaterThan(6_000);
    expect(empty.items.fail.high).toBeLessThan(8_000);
    expect(empty.rows).toEqual({before: 0, after: empty.items.insert});
    const filled = predictRepositories(repositoriesFacts({repositories, found: 10_000, rows: 500}));
    expect(filled.items.update).toEqual({value: 0, low: 0, high: 500});
    expect(filled.rows.after.value).toBe(500 + filled.items.insert.value);
  });
});

describe('a sample of 325 repositories, of which five are large and twenty gone', () => {
  const shapes = [
    [120, 2],
    [100, 8],
    [60, 20],
    [20, 60],
    [20, 0],
  ] as const;

  /** How often the truth was between the ends, of all samples and of those that met a large one. */
  function heldBy(looked: number, large: number) {
    const all = [...shapes, [5, large] as const].flatMap(([count, insert], shape) =>
      Array.from({length: count}, (_, number) => repositoryOf(`${shape}-${number}`, {insert})),
    );
    const truth = sumOf(all, 'insert');
    const random = seeded(looked);
    const trials = 1_000;
    const [held, met] = [[] as boolean[], [] as boolean[]];
    for (let trial = 0; trial < trials; trial++) {
      const drawn = new Reservoir<SampledRepository>(looked, random);
      for (const one of all) drawn.offer(one);
      const {listed} = predictRepositories(repositoriesFacts({repositories: drawn.kept, found: all.length}));
      const isHeld = listed.low <= truth && truth <= listed.high;
      held.push(isHeld);
      if (drawn.kept.some(({items}) => items.insert === large)) met.push(isHeld);
    }
    const share = (of: readonly boolean[]) => of.filter(is => is).length / of.length;
    return {all: share(held), met: share(met)};
  }

  it.each([40, 50, 150])('of %d holds the truth about nineteen times of twenty', looked => {
    expect(heldBy(looked, 400).all).toBeGreaterThan(0.92);
  });

  it.each([40, 50])(
    'of %d can not know of the larger ones that it did not meet, and else holds it too',
    looked => {
      // Two thirds of all records are in five repositories.
      const {all, met} = heldBy(looked, 1_500);
      expect(met).toBeGreaterThan(0.95);
      expect(all).toBeLessThan(0.7);
    },
  );
});

describe('the time of a run over repositories', () => {
  const stepsOf = (...args: Parameters<typeof repositoriesFacts>) =>
    predictRepositories(repositoriesFacts(...args)).steps;

  it('is that of hosts: so many of them at once, and so many repositories of each', () => {
    // 100,000 of a tenth of a second, at 64 at once.
    const {dryRun} = stepsOf({repositories: repositoriesOf(50, {hosts: 25}), found: 100_000});
    expect(dryRun).toMatchObject({bottleneck: 'headgate'});
    const slow = repositoriesOf(50, {hosts: 25}).map(one => ({...one, seconds: {directory: 0.02, host: 1}}));
    const hosts = stepsOf({repositories: slow, found: 100_000}).dryRun;
    expect(hosts.bottleneck).toBe('hosts');
    expect(hosts.seconds).toBeCloseTo(100_000 / 64, 0);
  });

  it('waits for the one host that has most of them', () => {
    const slow = repositoriesOf(50, {hosts: 25}).map((one, number) => ({
      ...one,
      ...(number < 30 ? {host: 'large.example'} : {}),
      seconds: {directory: 0, host: 1},
    }));
    const {dryRun} = stepsOf({repositories: slow, found: 100_000});
    expect(dryRun.seconds).toBeCloseTo((100_000 * 0.6) / 8, 0);
  });

  it('waits for the directory, for the listing, and for the rate', () => {
    const repositories = repositoriesOf(50).map(one => ({...one, seconds: {directory: 0.4, host: 0.01}}));
    const directory = stepsOf({repositories, found: 10_000}).dryRun;
    expect(directory.bottleneck).toBe('directory');
    expect(directory.seconds).toBeCloseTo((10_000 * 0.4) / 8, 0);
    const listing = stepsOf({repositories, found: 1_000, discovery: {seconds: 400}}).dryRun;
    expect(listing).toMatchObject({bottleneck: 'listing', seconds: 400});
    // Ten records, and a request each to the directory and the host.
    const rate = stepsOf({repositories, found: 10_000, rate: 100}).dryRun;
    expect(rate.bottleneck).toBe('rate');
    expect(rate.seconds).toBeCloseTo((10_000 * 12) / 100, -1);
  });

  it('is at least that for which a host is waited for that is down', () => {
    const gone = repositoryOf('gone', {}, {failed: 'deactivated', host: 'h0.example'});
    const away = repositoryOf('away', {}, {failed: 'connection', host: 'dead.example'});
    const few = repositoriesOf(12);
    expect(stepsOf({repositories: [...few, gone]}).dryRun.seconds).toBeLessThan(2);
    const {dryRun} = stepsOf({repositories: [...few, gone, away]});
    expect(dryRun).toMatchObject({seconds: 30, bottleneck: 'hosts'});
  });

  it('of a live run without changes is none, and it asks nobody', () => {
    const repositories = [1, 2, 3].map(number => repositoryOf(`r${number}`, {unchanged: 50}));
    const {steps} = predictRepositories(repositoriesFacts({repositories, rows: 150}));
    expect(steps.live).toMatchObject({seconds: 0, source: {relay: 0, host: {value: 0}}});
    expect(steps.dryRun.source).toMatchObject({relay: 2, directory: {value: 3}, host: {value: 3}});
  });

  it('is longer where hosts take no more than the reference host does, and it says whose', () => {
    const atLimitOf = (hosts: number, found: number) =>
      predictRepositories(repositoriesFacts({repositories: repositoriesOf(50, {hosts}), found})).atLimit;
    // Two hosts, half a million requests each at ten a second.
    expect(atLimitOf(2, 1_000_000)).toMatchObject({host: 'h0.example', seconds: 50_000});
    // Fifty hosts, of which eight are asked at once.
    expect(atLimitOf(50, 1_000_000)).toMatchObject({host: null, seconds: 12_500});
    // Who is asked less than three thousand times never comes to the limit.
    expect(atLimitOf(2, 5_000)).toBeNull();
  });
});

describe('a warning', () => {
  const small = repositoriesOf(49);
  const kindsOf = (...args: Parameters<typeof repositoriesFacts>) =>
    repositoryWarningsOf(repositoriesFacts(...args)).map(({kind}) => kind);

  it('is not given where all is well', () => {
    expect(kindsOf({repositories: small, found: 5_000})).toEqual([]);
  });

  it('names the one that a sample hangs on, unless everything was read', () => {
    const large = repositoryOf('did:plc:large', {insert: 490, unchanged: 490});
    const repositories = [...small, large];
    expect(repositoryWarningsOf(repositoriesFacts({repositories, found: 5_000}))).toEqual([
      {kind: 'dominated', id: 'did:plc:large', items: 980, share: 980 / 1_470},
    ]);
    expect(kindsOf({repositories})).toEqual([]);
  });

  it('tells those who may answer another day from those who will not', () => {
    const gone = [
      repositoryOf('a', {}, {failed: 'deactivated'}),
      repositoryOf('b', {}, {failed: 'not-found'}),
    ];
    expect(kindsOf({repositories: [...small, ...gone], found: 5_000})).toEqual([]);
    const away = [...gone, repositoryOf('c', {}, {failed: 'connection'})];
    const told = repositoryWarningsOf(
      repositoriesFacts({repositories: [...small, ...away], sample: {firstFault: 'refused'}}),
    );
    expect(told).toEqual([{kind: 'unreachable', looked: 52, failed: 1, message: 'refused'}]);
  });

  it('names listings that broke, and whatever else a sample can not know', () => {
    const failed = [{stream: 'relay a.b.c', group: 'a.b.c', kind: 'server-error', message: '500'}] as const;
    const told = repositoryWarningsOf(
      repositoriesFacts({
        repositories: repositoriesOf(3),
        found: 50,
        discovery: {failed, isLeast: true},
        sample: {limited: {'one.example': 2, 'two.example': 1}},
      }),
    );
    expect(told).toEqual([
      {kind: 'unread-stream', stream: 'relay a.b.c', group: 'a.b.c', fault: 'server-error', message: '500'},
      {kind: 'bounded', found: 50},
      {kind: 'few', looked: 3},
      {kind: 'limited', hosts: ['one.example', 'two.example'], answers: 3},
    ]);
    expect(kindsOf({repositories: []})).toEqual(['empty']);
  });
});
