import {describe, expect, it} from 'vitest';
import {type KeyScope, keyScope, limitsOf} from '../../src/core/scope.ts';

const whole: KeyScope = {prefix: '', startAfter: '', maxItems: null, since: null};

describe('a scope', () => {
  it('is everything unless it is narrowed', () => {
    expect(keyScope.parse({})).toEqual(whole);
    expect(limitsOf(whole)).toEqual({cap: null, startAfter: '', ordered: false, isPart: false});
  });

  it.each([
    ['a cap', {...whole, maxItems: 5}, {cap: 5, startAfter: '', ordered: true, isPart: true}],
    ['a start', {...whole, startAfter: 'k'}, {cap: null, startAfter: 'k', ordered: true, isPart: true}],
    ['a prefix', {...whole, prefix: 'p'}, {cap: null, startAfter: '', ordered: false, isPart: true}],
    ['no keys at all', {}, {cap: null, startAfter: '', ordered: false, isPart: false}],
  ])('with %s means this for the order', (_, scope, limits) => {
    expect(limitsOf(scope)).toEqual(limits);
  });

  it.each([{maxItems: 0}, {maxItems: 1.5}, {prefx: 'a'}])('%j is refused', scope => {
    expect(keyScope.safeParse(scope).success).toBe(false);
  });
});
