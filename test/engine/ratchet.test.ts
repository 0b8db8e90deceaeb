import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {CheckResult} from '../../src/core/checks.ts';
import {turn} from '../../src/engine/ratchet.ts';

function check(id: string, count: number): CheckResult {
  return {id, count, severity: 'blocking', title: id, sample: [], why: '', recovery: ''};
}

it('the first time allows what there is', () => {
  const {grown, next} = turn(null, 'docs', [check('b', 2), check('a', 0)]);
  expect(grown).toEqual([]);
  expect(next).toEqual({target: 'docs', allowed: {a: 0, b: 2}});
});

it('lets through what stays or falls, and nothing that grows', () => {
  const before = {target: 'docs', allowed: {a: 3, b: 3, c: 3}};
  const {grown, next} = turn(before, 'docs', [check('a', 3), check('b', 1), check('c', 4)]);
  expect(grown).toEqual([{id: 'c', allowed: 3, count: 4}]);
  expect(next.allowed).toEqual({a: 3, b: 1, c: 3});
});

it('a check that was left out keeps what it was allowed', () => {
  const before = {target: 'docs', allowed: {a: 3, b: 3}};
  expect(turn(before, 'docs', [check('a', 1)]).next.allowed).toEqual({a: 1, b: 3});
});

it('never allows more than before, however often it is turned', () => {
  const counts = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(5));
  fc.assert(
    fc.property(fc.array(counts, {minLength: 1}), measurements => {
      let before = turn(null, 'docs', []).next;
      for (const measured of measurements) {
        const checks = Object.entries(measured).map(([id, count]) => check(id, count));
        const {grown, next} = turn(before, 'docs', checks);
        for (const [id, allowed] of Object.entries(before.allowed))
          expect(next.allowed[id]).toBeLessThanOrEqual(allowed);
        const isWorse = checks.some(({id, count}) => count > (before.allowed[id] ?? count));
        expect(grown.length > 0).toBe(isWorse);
        before = next;
      }
    }),
  );
});
