import {z} from 'zod';
import {jsonParts} from '../../core/json-parts.ts';
import type {UploadedBy} from '../../core/uploads.ts';
import type {Reader} from '../../databases/database.ts';
import {type AssetRow, assetRowOf, uploadedTo} from './asset-row.ts';
import {type AssetSql, isAtProvider, sqlOf} from './asset-sql.ts';
import {type AssetColumn, type AssetFacts, hasColumn, type RowIdentity} from './facts.ts';
import {requireUser} from './user.ts';

export {type AssetRow, uploadedTo} from './asset-row.ts';

/** A user's rows of some contents, by hash. Where there are several of one, it is the oldest. */
export async function readAssets(
  target: Reader,
  facts: AssetFacts,
  user: string,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, AssetRow>> {
  const found = await rowsBy('sha256', hashes, {target, facts, user});
  return new Map(found.map(row => [row.sha256 ?? '', row]));
}

/** A user's rows by the names of their objects; of several, one that the provider has. */
export async function readByObjects(
  target: Reader,
  facts: AssetFacts,
  {user, provider}: UploadedBy,
  objects: readonly string[],
  which: 'all' | 'without a hash' = 'all',
): Promise<ReadonlyMap<string, AssetRow>> {
  const and = which === 'all' ? '' : 'AND row.sha256 IS NULL';
  const found = await rowsBy('provider_asset_id', objects, {target, facts, user, and});
  const isThere = (row: AssetRow) => uploadedTo(row).includes(provider);
  const ordered = [...found.filter(row => !isThere(row)), ...found.filter(isThere)];
  return new Map(ordered.map(row => [row.providerAssetId ?? '', row]));
}

interface Asked {
  readonly target: Reader;
  readonly facts: AssetFacts;
  readonly user: string;
  /** SQL of what else must hold of a `row`. */
  readonly and?: string;
}

/** Of several rows of a value, the oldest is the last. */
async function rowsBy(
  identity: RowIdentity,
  values: readonly string[],
  {target, facts, user, and = ''}: Asked,
): Promise<readonly AssetRow[]> {
  requireUser(facts, user);
  const sql = sqlOf(facts);
  const found = await Promise.all(
    jsonParts(values).map(part =>
      target.query(
        `SELECT ${columnsOf(facts, sql)}
         FROM ${sql.pairs(1, identity, 'value')}
         WHERE ${sql.isUser(2, identity)}
           AND row.${identity} = ${sql.as(identity, 'item.value')} AND row.${identity} IS NOT NULL
           ${and}
         ORDER BY row.id DESC`,
        [part, user],
      ),
    ),
  );
  return found.flat().map(assetRowOf);
}

/** Whether any row of a user has no hash. */
export async function hasUnhashed(target: Reader, facts: AssetFacts, user: string): Promise<boolean> {
  requireUser(facts, user);
  const sql = sqlOf(facts);
  const rows = await target.query(
    `SELECT 1 AS one
     FROM assets AS row
     WHERE row.user_id = ${sql.as('user_id', sql.param(1))} AND row.sha256 IS NULL
     LIMIT 1`,
    [user],
  );
  return rows.length > 0;
}

/** All rows of a user that look like something: ids and hashes, in the order of their ids. */
export async function* readLooks(
  target: Reader,
  facts: AssetFacts,
  user: string,
  signal: AbortSignal,
): AsyncGenerator<readonly {readonly id: string; readonly phash64: string}[]> {
  requireUser(facts, user);
  const sql = sqlOf(facts);
  let last: string | null = null;
  do {
    signal.throwIfAborted();
    const rows: readonly LooksRow[] = (
      await target.query(
        `SELECT ${sql.text('row.id')} AS id, ${looksOf(facts)} AS phash64
         FROM assets AS row
         WHERE row.user_id = ${sql.as('user_id', sql.param(1))}
           ${last === null ? '' : `AND row.id > ${sql.as('id', sql.param(2))}`}
         ORDER BY row.id
         LIMIT ${looksAtOnce}`,
        last === null ? [user] : [user, last],
      )
    ).map(row => looksRow.parse(row));
    const looking = rows.flatMap(({id, phash64}) =>
      phash64 !== null && /^[0-9a-f]{16}$/.test(phash64) ? [{id, phash64}] : [],
    );
    if (looking.length > 0) yield looking;
    last = rows.length < looksAtOnce ? null : (rows.at(-1)?.id ?? null);
  } while (last !== null);
}

const looksAtOnce = 20_000;
const looksRow = z.object({id: z.string(), phash64: z.string().nullable()});
type LooksRow = z.infer<typeof looksRow>;

/** A user's rows, and those of them that a provider has; of everybody and anywhere where that is not said. */
export async function countAssets(
  target: Reader,
  facts: AssetFacts,
  {user, provider}: {readonly user: string | null; readonly provider: string | null},
): Promise<{readonly rows: number; readonly atProvider: number}> {
  if (user !== null) requireUser(facts, user);
  const sql = sqlOf(facts);
  const params = [...(provider === null ? [] : [provider]), ...(user === null ? [] : [user])];
  const isThere =
    provider === null
      ? `row.provider_id IS NOT NULL OR ${sql.map.isSome('row.provider_uploads')}`
      : isAtProvider(sql, 1);
  const [row] = await target.query(
    `SELECT count(*) AS rows, count(CASE WHEN ${isThere} THEN 1 END) AS there
     FROM assets AS row
     ${user === null ? '' : `WHERE row.user_id = ${sql.as('user_id', sql.param(params.length))}`}`,
    params,
  );
  const {rows, there} = z.object({rows: z.number(), there: z.number()}).parse(row);
  return {rows, atProvider: there};
}

/** What a row has, as text; a column that is missing is NULL. */
export function columnsOf(facts: AssetFacts, sql: AssetSql): string {
  const column = (name: AssetColumn) =>
    `${hasColumn(facts, name) ? sql.text(`row.${name}`) : 'NULL'} AS ${name}`;
  return [
    ...(['id', 'user_id', 'sha256', 'provider_id', 'provider_asset_id'] as const).map(column),
    ...(['provider_uploads', 'size'] as const).map(column),
    `${looksOf(facts)} AS phash64`,
  ].join(', ');
}

/** As 16 hex digits; a number is 64 bits with a sign. */
function looksOf({dialect, types}: AssetFacts): string {
  const {phash64: type} = types;
  if (type === undefined) return 'NULL';
  const isNumber = /int/i.test(type);
  if (dialect === 'postgres')
    return isNumber ? "lpad(to_hex(row.phash64::bigint), 16, '0')" : 'lower(row.phash64::text)';
  return isNumber
    ? "CASE typeof(row.phash64) WHEN 'integer' THEN printf('%016x', row.phash64) END"
    : 'lower(CAST(row.phash64 AS TEXT))';
}
