import fc from 'fast-check';
import {expect} from 'vitest';
import type {Statement} from '../../src/core/sql.ts';
import type {Database} from '../../src/databases/database.ts';

/** Transactions that wait together may be made as one. The database has a table `items` of an id and a unique name. */
type Writes = Pick<Database, 'query' | 'transaction'>;

export const insert = (name: string | null): Statement => ({
  sql: 'INSERT INTO items (name) VALUES (?) RETURNING name',
  params: [name],
});

export const names = async (db: Writes) =>
  (await db.query('SELECT name FROM items ORDER BY id')).map(({name}) => name);

/** Each is all or nothing, whatever becomes of the others. */
export async function expectEachWhole(db: Writes, numRuns: number): Promise<void> {
  const transaction = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', null), {maxLength: 4});
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, {maxLength: 12}), async transactions => {
      await db.transaction([{sql: 'DELETE FROM items', params: []}]);
      const kept: string[] = [];
      const answers = await Promise.all(
        transactions.map(wanted =>
          db.transaction(wanted.map(insert)).then(
            rows => rows.flat().map(({name}) => name),
            ({kind}: {readonly kind: string}) => kind,
          ),
        ),
      );
      transactions.forEach((wanted, index) => {
        const given = wanted.filter(name => name !== null);
        const isFine =
          given.length === wanted.length && new Set([...kept, ...given]).size === kept.length + given.length;
        expect(answers[index]).toEqual(isFine ? given : 'refused');
        if (isFine) kept.push(...given);
      });
      expect(await names(db)).toEqual(kept);
    }),
    {numRuns},
  );
}
