import {z} from 'zod';
import {jsonParts} from '../../core/json-parts.ts';
import type {Reader} from '../../databases/database.ts';
import {sqlOf} from './asset-sql.ts';
import type {AssetFacts} from './facts.ts';
import {type IdChunk, idChunks} from './id-chunks.ts';

/**
 * Which of a provider's objects any row of anybody names: as the object it was made with, or in its map. Maps have no
 * index, so every row is looked at once. A map that can't be read names whatever its text has in it.
 */
export async function namedObjects(
  target: Reader,
  facts: AssetFacts,
  provider: string,
  objects: readonly string[],
): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  for (const part of jsonParts([...new Set(objects)])) {
    for (const object of await byColumn(target, facts, provider, part)) named.add(object);
    for await (const chunk of idChunks(target, facts, rowsAtOnce))
      for (const object of await byMap(target, facts, provider, part, chunk)) named.add(object);
  }
  return named;
}

const rowsAtOnce = 50_000;
const found = z.object({object: z.string()}).transform(({object}) => object);

async function byColumn(target: Reader, facts: AssetFacts, provider: string, part: string) {
  const sql = sqlOf(facts);
  const rows = await target.query(
    `SELECT DISTINCT item.value AS object
     FROM ${sql.pairs(1, 'provider_asset_id', 'value')}
     WHERE row.provider_asset_id = ${sql.as('provider_asset_id', 'item.value')}
       AND row.provider_id = ${sql.as('provider_id', sql.param(2))}`,
    [part, provider],
  );
  return rows.map(row => found.parse(row));
}

async function byMap(
  target: Reader,
  facts: AssetFacts,
  provider: string,
  part: string,
  {where, params}: IdChunk,
): Promise<readonly string[]> {
  const sql = sqlOf(facts);
  const rows = await target.query(
    `SELECT named.object
     FROM (
       SELECT ${sql.map.named('row.provider_uploads', sql.param(2))} AS object
       FROM assets AS row
       WHERE ${where(3)} AND row.provider_uploads IS NOT NULL
     ) AS named
     WHERE named.object IN (SELECT item.value FROM ${sql.values(1)})
     UNION
     SELECT item.value
     FROM assets AS row
     CROSS JOIN ${sql.values(1)}
     WHERE ${where(3)} AND ${sql.map.mentions('row.provider_uploads', 'item.value')}`,
    [part, provider, ...params],
  );
  return rows.map(row => found.parse(row));
}
