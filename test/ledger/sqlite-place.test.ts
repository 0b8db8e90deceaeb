import {existsSync, mkdirSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it} from 'vitest';
import {Ledger} from '../../src/ledger/ledger.ts';
import {tempFolder} from '../support/temp.ts';
import {entry, ledgerPath, openLedger, order, range, run} from './ledger-under-test.ts';

describe('a ledger in a file', () => {
  it('is made where it is missing, with the folders above it', async () => {
    const path = join(tempFolder(), 'state', 'headgate', 'ledger.sqlite');
    const ledger = await openLedger(path);
    expect(await ledger.runs.list(10)).toEqual([]);
    expect(ledger.path).toBe(path);
    expect(existsSync(path)).toBe(true);
  });

  it('says how much space is left where it grows', async () => {
    expect(await (await openLedger()).freeBytes()).toBeGreaterThan(0);
  });
});

describe('what is no ledger of this program', () => {
  async function refusal(path: string): Promise<unknown> {
    return Ledger.open(path).catch((error: unknown) => error);
  }

  it.each<[string, (path: string) => void, RegExp]>([
    ['a text', path => writeFileSync(path, 'not a database at all'.repeat(100)), /not a ledger/],
    ['a folder', path => mkdirSync(path), /can't be opened/],
    [
      'below a file',
      path => {
        mkdirSync(dirname(dirname(path)), {recursive: true});
        writeFileSync(dirname(path), '');
      },
      /folder can't be made/,
    ],
  ])('%s is refused with what to do', async (_, make, message) => {
    const path = join(tempFolder(), 'state', 'ledger.sqlite');
    if (_ !== 'below a file') mkdirSync(dirname(path));
    make(path);
    expect(await refusal(path)).toMatchObject({
      name: 'OperatorError',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/--ledger/),
    });
  });

  it('the database of another program is refused, and left as it is', async () => {
    const path = ledgerPath();
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE runs (id INTEGER PRIMARY KEY, miles REAL); INSERT INTO runs VALUES (1, 26.2)');
    db.close();
    expect(await refusal(path)).toMatchObject({name: 'OperatorError', hint: expect.stringMatching(/\S{3}/)});
    const after = new DatabaseSync(path, {readOnly: true});
    expect(after.prepare('SELECT * FROM runs').all()).toMatchObject([{id: 1, miles: 26.2}]);
    expect(after.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']).toBe(1);
    after.close();
  });
});

describe('the keeping of a ledger', () => {
  it('a backup is complete, while the ledger is in use', async () => {
    const ledger = await openLedger();
    await ledger.runs.create(order('r'));
    const copy = join(tempFolder(), 'backup.sqlite');
    await ledger.backup(copy);
    await ledger.runs.create(order('later'));
    expect((await (await openLedger(copy)).runs.list(10)).map(({id}) => id)).toEqual(['r']);
  });

  it('a backup never overwrites a file', async () => {
    const ledger = await openLedger();
    const taken = join(tempFolder(), 'taken');
    writeFileSync(taken, 'mine');
    await expect(ledger.backup(taken)).rejects.toBeInstanceOf(Error);
    expect(statSync(taken).size).toBe(4);
  });

  it('vacuum gives back the space of what was deleted', async () => {
    const ledger = await openLedger();
    await ledger.runs.create(order('r'));
    await ledger.partitions.add('r', [range('p')]);
    const incompressible = (page: number) =>
      Array.from({length: 1_000}, (_, index) =>
        entry(`${page} ${index}`, {found: `${Math.random()}${Math.random()}`}),
      );
    for (let page = 1; page <= 20; page++) await ledger.pages.intend('r', 'p', page, incompressible(page));
    await ledger.pages.intend(
      'r',
      'p',
      21,
      Array.from({length: 50}, (_, page) => incompressible(page)).flat(),
    );
    await ledger.pages.dropIntents('r', 'p');
    await ledger.vacuum();
    expect(statSync(ledger.path).size).toBeLessThan(500_000);
    expect((await run(ledger, 'r')).id).toBe('r');
  });
});

it('is made once by many who open it at the same moment, and none of them is refused', async () => {
  // Which locks meet is a matter of chance: of ten times, some met before openings waited for each other.
  for (let time = 0; time < 10; time++) {
    const path = join(tempFolder(), 'ledger.sqlite');
    const ledgers = await Promise.all(Array.from({length: 6}, () => Ledger.open(path)));
    await Promise.all(ledgers.map(ledger => ledger.close()));
  }
});
