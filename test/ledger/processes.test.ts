import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, it} from 'vitest';
import type {Did} from '../support/fixtures/ledger-process.ts';
import {postgresVariables} from '../support/postgres.ts';
import {holder, order, overLedgers, range, run} from './ledger-under-test.ts';

const program = fileURLToPath(new URL('../support/fixtures/ledger-process.ts', import.meta.url));
const names = ['ada', 'bob'] as const;
const rounds = 150;

async function processOf(place: string, name: string): Promise<Did> {
  const {stdout} = await promisify(execFile)(process.execPath, [program, place, name, String(rounds)], {
    env: {...process.env, ...postgresVariables()},
  });
  return JSON.parse(stdout) as Did;
}

overLedgers(({openLedger}) => {
  it('two processes that work on one run at once never both do what one can do', async () => {
    const ledger = await openLedger();
    const {runs, partitions, repositories} = ledger;
    await runs.create(order('r', {mode: 'live'}));
    await runs.move('r', 'running', {holder: holder('nobody'), at: 1});
    await partitions.add('r', [range('all'), ...names.map(name => range(name))]);
    await partitions.start('r', 'all');
    await repositories.streams(
      'r',
      names.map(id => ({id, group: 'g'})),
    );
    for (let round = 1; round <= rounds; round++) await runs.create(order(`plan-${round}`));

    const [ada, bob] = await Promise.all([processOf(ledger.path, 'ada'), processOf(ledger.path, 'bob')]);

    const record = await run(ledger, 'r');
    const taken = [...ada.takenFrom.map(from => `${from} ada`), ...bob.takenFrom.map(from => `${from} bob`)];
    const times = (handing: string) => taken.filter(each => each === handing).length;
    expect(times('nobody ada') + times('nobody bob')).toBe(1);
    const first = times('nobody ada') === 1 ? 'ada' : 'bob';
    const handed = {ada: times('bob ada'), bob: times('ada bob')};
    const [toFirst, toOther] = first === 'ada' ? [handed.ada, handed.bob] : [handed.bob, handed.ada];
    expect([toFirst, toFirst + 1]).toContain(toOther);
    expect(record.holder?.name === first).toBe(toOther === toFirst);

    expect(record.tally.inserted).toBe(ada.checkpoints + bob.checkpoints);
    expect(ada.checkpoints + ada.lost + bob.checkpoints + bob.lost).toBe(2 * rounds);

    expect([...ada.used, ...bob.used].toSorted()).toEqual(
      Array.from({length: rounds}, (_, round) => `plan-${round + 1}`).toSorted(),
    );

    expect(ada.found + bob.found).toBe(rounds + 2);
    expect(record.partitions.done).toBe(rounds);

    const ranges = (await partitions.list('r')).filter(
      ({kind, id}) => kind === 'range' && !names.some(name => name === id),
    );
    expect(ranges).toHaveLength(1 + ada.splits + bob.splits);
    const ordered = ranges.toSorted((a, b) => (a.lo < b.lo ? -1 : 1));
    for (const [index, {hi}] of ordered.entries()) expect(hi).toBe(ordered[index + 1]?.lo ?? null);
    expect(ordered[0]?.lo).toBe('');
  });
});
