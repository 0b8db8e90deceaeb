import {describe, expect, it} from 'vitest';
import {shellWord} from '../../src/core/shell-word.ts';
import type {GateFacts} from '../../src/runbook/gate.ts';
import {gatesOf} from '../../src/runbook/gates.ts';
import {broken, closings, facts, hour, plan} from './gate-cases.ts';

function closedBy(change: Partial<GateFacts>) {
  return gatesOf({...facts, ...change}).filter(({holds}) => !holds);
}

describe('going live', () => {
  it('is open where everything holds', () => {
    expect(closedBy({})).toEqual([]);
    expect(closedBy({thresholds: null})).toEqual([]);
  });

  it.each(closings)('is closed by $gate alone, because $because', ({gate, change, says}) => {
    const closed = closedBy(change);
    expect(closed.map(({id}) => id)).toEqual([gate]);
    expect(closed[0]?.reason).toMatch(says);
  });

  it('says of every closed gate what unlocks it; a lease says it itself', () => {
    for (const {gate, change} of closings)
      if (gate !== 'lease') expect(closedBy(change)[0]?.unlock, gate).toMatch(/\S{3}/);
  });

  it('has no gate that nothing here closes', () => {
    expect([...new Set(closings.map(({gate}) => gate))].sort()).toEqual(
      gatesOf(facts)
        .map(({id}) => id)
        .sort(),
    );
  });

  it('is open for an incomplete dry run, for exactly its failures', () => {
    expect(closedBy({plan: {...plan, status: 'incomplete'}})).toEqual([]);
  });

  it.each([
    ['exactly 24 hours old', {now: 25 * hour}],
    ['of a place whose free space is not known', {space: {free: null, where: 'the ledger', needed: 100}}],
    ['with failures that the thresholds allow', {acceptedFailures: null}],
    [
      'that undoes a run, whatever is broken',
      {undoes: 'r-live', plan: {...plan, undoes: 'r-live'}, newlyBroken: [broken]},
    ],
    [
      'whose inventory has not shrunk by more than the share',
      {inventory: {listed: 80, before: 100, share: 0.2, accepted: null}},
    ],
    ['whose small inventory is accepted', {inventory: {listed: 0, before: 100, share: 0.2, accepted: 0}}],
    ['of any number of rows where one publish carries all', {publish: {inserts: 1_000_000, most: null}}],
    ['without failures', {openFailures: 0, acceptedFailures: null, thresholds: null}],
  ] satisfies readonly [string, Partial<GateFacts>][])('is open for a plan %s', (_, change) => {
    expect(closedBy(change)).toEqual([]);
  });

  it('names all closed gates at once', () => {
    const closed = closedBy({
      leaseObstacle: 'held',
      newlyBroken: [broken],
      space: {free: 0, where: 'the ledger', needed: 1},
    });
    expect(closed.map(({id}) => id)).toEqual(['invariants', 'space', 'lease']);
  });
});

describe('the flag that unlocks', () => {
  it.each([
    ['index.sqlite', 'index.sqlite'],
    ['my index.sqlite', "'my index.sqlite'"],
    ["it's.sqlite", "'it'\\''s.sqlite'"],
    ['$(rm).sqlite', "'$(rm).sqlite'"],
    ['', "''"],
  ])('takes %j as %s', (word, quoted) => {
    expect(shellWord(word)).toBe(quoted);
  });
});
