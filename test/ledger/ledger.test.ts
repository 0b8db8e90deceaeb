import {expect, it} from 'vitest';
import {Ledger} from '../../src/ledger/ledger.ts';
import {postgresVariables} from '../support/postgres.ts';
import {change, order, overLedgers, run} from './ledger-under-test.ts';

overLedgers(({name, openLedger, place}) => {
  it('keeps what was written for whoever opens it next', async () => {
    const here = await place();
    const first = await Ledger.open(here, postgresVariables());
    await first.runs.create(order('r'));
    await first.close();
    expect((await run(await openLedger(here), 'r')).id).toBe('r');
  });

  it('can be made by several processes at once', async () => {
    const here = await place();
    const ledgers = await Promise.all([1, 2, 3, 4].map(() => openLedger(here)));
    await Promise.all(ledgers.map((ledger, index) => ledger.runs.create(order(`r${index}`))));
    for (const ledger of ledgers) expect(await ledger.runs.list(10)).toHaveLength(4);
  });

  it('of a newer headgate is refused with both versions, and left as it is', async () => {
    const here = await place();
    await (await openLedger(here)).close();
    await change(
      here,
      `${name === 'SQLite' ? 'PRAGMA user_version = 99' : 'INSERT INTO versions VALUES (99)'}; CREATE TABLE of_the_future (id TEXT)`,
    );
    for (let attempt = 1; attempt <= 2; attempt++)
      await expect(Ledger.open(here, postgresVariables())).rejects.toMatchObject({
        name: 'OperatorError',
        code: 'usage',
        message: expect.stringMatching(/newer headgate \(ledger version 99, this program knows \d+\)/),
        hint: expect.stringMatching(/Upgrade headgate, or name another ledger/),
      });
  });

  it('what was measured is the baseline of the next time, by target', async () => {
    const ledger = await openLedger();
    const result = {
      id: 'hash-format',
      severity: 'blocking',
      title: 't',
      count: 3,
      sample: [],
      why: '',
      recovery: '',
    } as const;
    expect(await ledger.measurements.baseline('target', 'hash-format')).toBeNull();
    await ledger.measurements.saveCheck('r1', 'target', result, 1);
    await ledger.measurements.saveCheck('r2', 'target', {...result, count: 1}, 2);
    await ledger.measurements.saveCheck('r3', 'other', {...result, count: 9}, 3);
    expect(await ledger.measurements.baseline('target', 'hash-format')).toBe(1);
  });

  it('who did what is on record, in order', async () => {
    const ledger = await openLedger();
    const did = (at: number, action: string) => ({
      at,
      who: 'ada',
      host: 'here',
      action,
      run: 'r',
      detail: '🚢',
    });
    await ledger.audit.write(did(2, 'live'));
    await ledger.audit.write(did(1, 'undo'));
    await ledger.audit.write({...did(3, 'pause'), run: 'other'});
    expect(await ledger.audit.of('r')).toEqual([did(2, 'live'), did(1, 'undo')]);
  });
});
