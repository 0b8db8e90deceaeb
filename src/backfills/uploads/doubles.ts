import {z} from 'zod';
import type {Breach} from '../../core/checks.ts';
import type {Reader} from '../../databases/database.ts';
import {sqlOf} from './asset-sql.ts';
import type {AssetFacts} from './facts.ts';
import {shown} from './find-rows.ts';
import {countedRows} from './probe-counts.ts';

const doubledRow = z.object({
  sha256: z.string(),
  user_id: z.string().nullable(),
  rows: z.number(),
  groups: z.number(),
});
const idRow = z.object({id: z.string(), user_id: z.string()});
const idsShown = 10;

/** Hashes that several rows have: rows of one user, or of anybody. */
export type Doubled = 'of a user' | 'of anybody';

/** Counts them, and shows the first with the ids of their rows. */
export async function doublesOf(
  target: Reader,
  facts: AssetFacts,
  doubled: Doubled,
  signal: AbortSignal,
): Promise<{readonly count: number; readonly sample: readonly Breach[]}> {
  const sample: Breach[] = [];
  let count = 0;
  for (const part of partsOf(facts)) {
    signal.throwIfAborted();
    const found = (await target.query(doublesSql(facts, doubled, part))).map(row => doubledRow.parse(row));
    count += found[0]?.groups ?? 0;
    for (const row of found.slice(0, shown - sample.length))
      sample.push({
        key: row.user_id === null ? row.sha256 : `user ${row.user_id}, ${row.sha256}`,
        detail: await idsText(target, facts, row, doubled),
      });
  }
  return {count, sample};
}

/** The groups of a large table are found part by part: a request to D1 has 30 s. */
function partsOf({rows}: AssetFacts): readonly string[] {
  if (rows <= countedRows) return ['row.sha256 IS NOT NULL'];
  const digits = '123456789abcdef';
  const bounds = ['', ...digits];
  return bounds.map((from, at) => {
    const to = bounds[at + 1];
    return to === undefined ? `row.sha256 >= '${from}'` : `row.sha256 >= '${from}' AND row.sha256 < '${to}'`;
  });
}

function doublesSql(facts: AssetFacts, doubled: Doubled, part: string): string {
  const sql = sqlOf(facts);
  const isOfUser = doubled === 'of a user';
  return `SELECT ${sql.text('found.sha256')} AS sha256, found.rows, count(*) OVER () AS groups,
            ${isOfUser ? sql.text('found.user_id') : 'NULL'} AS user_id
          FROM (
            SELECT row.sha256, ${isOfUser ? 'row.user_id,' : ''} count(*) AS rows
            FROM assets AS row
            WHERE ${part}
            GROUP BY row.sha256 ${isOfUser ? ', row.user_id' : ''}
            HAVING count(*) > 1
          ) AS found
          ORDER BY found.sha256
          LIMIT ${shown}`;
}

async function idsText(
  target: Reader,
  facts: AssetFacts,
  {sha256, user_id: user, rows}: z.infer<typeof doubledRow>,
  doubled: Doubled,
): Promise<string> {
  const sql = sqlOf(facts);
  const found = await target.query(
    `SELECT ${sql.text('row.id')} AS id, ${sql.text('row.user_id')} AS user_id
     FROM assets AS row
     WHERE row.sha256 = ${sql.as('sha256', sql.param(1))} AND row.sha256 IS NOT NULL
       ${user === null ? '' : `AND row.user_id = ${sql.as('user_id', sql.param(2))}`}
     ORDER BY row.id LIMIT ${idsShown}`,
    user === null ? [sha256] : [sha256, user],
  );
  const ids = found
    .map(row => idRow.parse(row))
    .map(({id, user_id}) => (doubled === 'of a user' ? id : `${id} of user ${user_id}`));
  return `${rows} rows: assets ${ids.join(', ')}${rows > ids.length ? ', …' : ''}`;
}
