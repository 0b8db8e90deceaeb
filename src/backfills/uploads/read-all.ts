import {z} from 'zod';
import {jsonParts} from '../../core/json-parts.ts';
import type {Reader} from '../../databases/database.ts';
import {type AssetRow, assetRowOf} from './asset-row.ts';
import {sqlOf} from './asset-sql.ts';
import type {AssetFacts} from './facts.ts';
import {columnsOf} from './read-assets.ts';
import {requireUser} from './user.ts';

const rowsAtOnce = 1_000;

/** Rows of a user, or of everybody, beyond an id, in the order of their ids: of numbers, or of the bytes of texts. */
export async function* readAll(
  target: Reader,
  facts: AssetFacts,
  {user, after}: {readonly user: string | null; readonly after: string | null},
  signal: AbortSignal,
): AsyncGenerator<readonly AssetRow[]> {
  if (user !== null) requireUser(facts, user);
  const sql = sqlOf(facts);
  for (let last = after; ; ) {
    signal.throwIfAborted();
    const params = [...(last === null ? [] : [last]), ...(user === null ? [] : [user])];
    const where = [
      ...(last === null ? [] : [`${sql.orderedId} > ${sql.as('id', sql.param(1))}`]),
      ...(user === null ? [] : [`row.user_id = ${sql.as('user_id', sql.param(params.length))}`]),
    ];
    const rows = await target.query(
      `SELECT ${columnsOf(facts, sql)}
       FROM assets AS row
       ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
       ORDER BY ${sql.orderedId}
       LIMIT ${rowsAtOnce}`,
      params,
    );
    const read = rows.map(assetRowOf);
    if (read.length > 0) yield read;
    if (read.length < rowsAtOnce) return;
    last = read.at(-1)?.id ?? null;
  }
}

/** Rows by their ids. */
export async function readByIds(
  target: Reader,
  facts: AssetFacts,
  ids: readonly string[],
): Promise<ReadonlyMap<string, AssetRow>> {
  const sql = sqlOf(facts);
  const found = await Promise.all(
    jsonParts(ids).map(part =>
      target.query(
        `SELECT ${columnsOf(facts, sql)}
         FROM ${sql.values(1)}
         CROSS JOIN assets AS row
         WHERE row.id = ${sql.as('id', 'item.value')}`,
        [part],
      ),
    ),
  );
  return new Map(
    found
      .flat()
      .map(assetRowOf)
      .map(row => [row.id, row]),
  );
}

/** A user's rows, or everybody's, and those that have a hash. */
export async function countHashed(
  target: Reader,
  facts: AssetFacts,
  user: string | null,
): Promise<{readonly rows: number; readonly hashed: number}> {
  const sql = sqlOf(facts);
  const [row] = await target.query(
    `SELECT count(*) AS rows, count(row.sha256) AS hashed
     FROM assets AS row
     ${user === null ? '' : `WHERE row.user_id = ${sql.as('user_id', sql.param(1))}`}`,
    user === null ? [] : [user],
  );
  return z.object({rows: z.number(), hashed: z.number()}).parse(row);
}
