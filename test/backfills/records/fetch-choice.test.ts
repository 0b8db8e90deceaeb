import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {bytesOfRequest, FetchChoice, type Way} from '../../../src/backfills/records/fetch-choice.ts';

interface Cost {
  readonly requests: number;
  readonly bytes: number;
}

/** Reads so many repositories, each of which costs the same by the same way. */
function read(count: number, costs: Readonly<Record<Way, Cost>>): readonly Way[] {
  const choice = new FetchChoice();
  return Array.from({length: count}, () => {
    const way = choice.next();
    choice.took(way, costs[way]);
    return way;
  });
}

describe('how a host is read', () => {
  it.each<[string, Readonly<Record<Way, Cost>>, Way]>([
    [
      'small repositories: one request instead of two',
      {pages: {requests: 2, bytes: 2_000}, car: {requests: 1, bytes: 6_000}},
      'car',
    ],
    [
      'repositories with much that is not wanted',
      {pages: {requests: 2, bytes: 2_000}, car: {requests: 1, bytes: 30_000_000}},
      'pages',
    ],
    [
      'large ones of what is wanted',
      {pages: {requests: 101, bytes: 5_000_000}, car: {requests: 1, bytes: 4_000_000}},
      'car',
    ],
  ])('%s', (_, costs, better) => {
    const ways = read(63, costs);
    expect(ways.slice(0, 4)).toEqual(['pages', 'car', 'pages', 'car']);
    expect(new Set(ways.slice(4))).toEqual(new Set([better]));
  });

  it('comes back to the other way from time to time, and changes with the host', () => {
    const choice = new FetchChoice();
    let [pages, car] = [1_000, 50_000_000];
    const next = () => {
      const way = choice.next();
      choice.took(way, {requests: 1, bytes: way === 'car' ? car : pages});
      return way;
    };
    const before = Array.from({length: 200}, next);
    expect(before.filter(way => way === 'car').length).toBeLessThan(8);
    [pages, car] = [50_000_000, 1_000];
    const after = Array.from({length: 2_000}, next);
    expect(after.slice(-100).filter(way => way === 'car').length).toBeGreaterThan(90);
  });

  it('prefers whatever costs less, once both are known', () => {
    const cost = fc.record({requests: fc.integer({min: 1, max: 200}), bytes: fc.nat(10_000_000)});
    const weight = ({requests, bytes}: Cost) => requests * bytesOfRequest + bytes;
    fc.assert(
      fc.property(cost, cost, (pages, car) => {
        fc.pre(weight(pages) !== weight(car));
        const better = weight(car) < weight(pages) ? 'car' : 'pages';
        expect(read(40, {pages, car}).slice(4)).not.toContain(better === 'car' ? 'pages' : 'car');
      }),
    );
  });
});
