import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Statement} from '../../../core/sql.ts';
import type {Io} from '../../backfill.ts';
import {decoded, encoded, encodedText} from '../exact.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {quoted} from '../names.ts';
import type {InventoryChange} from './change.ts';
import {insertedParam, insertedTable, updatesParam, updatesTable} from './commit.ts';
import type {ArtifactsInventory} from './inventory.ts';

/** Takes inserted rows away and filled types back, each only as the run left it, and while nothing names the row. */
export function undoObjects(
  changes: readonly InventoryChange[],
  {facts}: Probe<ArtifactsFacts>,
): readonly Statement[] {
  const inserts = changes.filter(({insert}) => insert !== null);
  const updates = changes.filter(({updates: rows}) => rows.length > 0);
  const [id, key, type] = [quoted(facts.id), quoted(facts.key), quoted(facts.sourceType)];
  return [
    ...(inserts.length === 0
      ? []
      : [
          {
            sql: `WITH ${insertedTable(1)}
                  DELETE FROM artifacts
                  WHERE ${id} IN (
                    SELECT max(row.${id}) FROM ${rowsOf(facts)}
                    WHERE ${isAsInserted(facts)}
                    GROUP BY inserted.key
                    HAVING count(*) = 1 AND NOT sum(${isNamed(facts)})
                  )
                  RETURNING ${key} AS key`,
            params: [insertedParam(inserts)],
            counts: 'deleted' as const,
          },
        ]),
    ...(updates.length === 0
      ? []
      : [
          {
            sql: `WITH ${updatesTable}
                  UPDATE artifacts
                  SET ${type} = ${decoded('updates.before')}
                  FROM updates
                  WHERE artifacts.${id} = updates.id AND artifacts.${type} IS updates.type
                  RETURNING ${key} AS key`,
            params: [updatesParam(updates)],
            counts: 'updated' as const,
          },
        ]),
  ];
}

/** Inserted objects with the rows that they have. */
function rowsOf({bucket, key, hasKeyIndex}: ArtifactsFacts): string {
  const condition = `row.${quoted(bucket)} = inserted.bucket AND row.${quoted(key)} = inserted.key`;
  return hasKeyIndex
    ? `inserted CROSS JOIN artifacts AS row ON ${condition}`
    : `artifacts AS row CROSS JOIN inserted ON ${condition}`;
}

function isAsInserted({sourceType, fetchedAt, sourceUrl, needsUrl, leftAlone}: ArtifactsFacts): string {
  return [
    `row.${quoted(sourceType)} IS inserted.type`,
    `row.${quoted(fetchedAt)} IS inserted.fetched_at`,
    ...(sourceUrl === null ? [] : [`row.${quoted(sourceUrl)} IS ${needsUrl ? 'inserted.url' : 'NULL'}`]),
    ...leftAlone.map(({column, is}) => `row.${quoted(column)} IS ${is}`),
  ].join(' AND ');
}

function isNamed({references, id}: ArtifactsFacts): string {
  if (references.length === 0) return 'false';
  return references
    .map(
      ({table, column}) =>
        `row.${quoted(id)} IN (SELECT named.${quoted(column)} FROM ${quoted(table)} AS named WHERE named.${quoted(column)} IS NOT NULL)`,
    )
    .join(' OR ');
}

const insertedRow = z.object({
  key: z.string(),
  as_inserted: z.number(),
  named: z.number(),
});
const updatedRow = z.object({id: z.string(), type: z.string().nullable()});

export async function decideUndo(
  changes: readonly InventoryChange[],
  {target}: Pick<Io<ArtifactsInventory>, 'target'>,
  {facts}: Probe<ArtifactsFacts>,
): Promise<readonly Decision<InventoryChange>[]> {
  const inserts = changes.filter(({insert}) => insert !== null);
  const ids = changes.flatMap(({updates}) => updates.map(({id}) => id));
  const [inserted, updated] = await Promise.all([
    inserts.length === 0
      ? []
      : target.query(
          `WITH ${insertedTable(1)}
           SELECT inserted.key AS key, sum(${isAsInserted(facts)}) AS as_inserted,
             sum(${isAsInserted(facts)} AND (${isNamed(facts)})) AS named
           FROM ${rowsOf(facts)}
           GROUP BY inserted.key`,
          [insertedParam(inserts)],
        ),
    ids.length === 0
      ? []
      : target.query(
          `WITH ids AS MATERIALIZED (SELECT ${decoded('value')} AS id FROM json_each(?))
           SELECT ${encoded(`row.${quoted(facts.id)}`)} AS id, ${encoded(`row.${quoted(facts.sourceType)}`)} AS type
           FROM ids CROSS JOIN artifacts AS row ON row.${quoted(facts.id)} = ids.id`,
          [JSON.stringify(ids)],
        ),
  ]);
  const standing = new Map(inserted.map(row => insertedRow.parse(row)).map(row => [row.key, row]));
  const types = new Map(updated.map(row => updatedRow.parse(row)).map(({id, type}) => [id, type]));
  return changes.map(change =>
    change.insert === null ? undoOfTypes(change, types) : undoOfInsert(change, standing.get(change.key)),
  );
}

function undoOfInsert(
  change: InventoryChange,
  row: z.infer<typeof insertedRow> | undefined,
): Decision<InventoryChange> {
  if (row === undefined) return {action: 'unchanged'};
  if (row.as_inserted === 0) return {action: 'conflict', reason: 'the row was changed after the run'};
  if (row.as_inserted > 1)
    return {
      action: 'conflict',
      reason: 'it has another row that can not be told from the one that was inserted',
    };
  if (row.named > 0) return {action: 'conflict', reason: 'something names the row since the run'};
  return {action: 'delete', change};
}

function undoOfTypes(
  change: InventoryChange,
  types: ReadonlyMap<string, string | null>,
): Decision<InventoryChange> {
  const now = change.updates.map(({id}) => types.get(id));
  if (now.every((type, index) => type !== undefined && type === change.updates[index]?.before))
    return {action: 'unchanged'};
  if (now.every(type => type === encodedText(change.type))) return {action: 'update', change};
  return {action: 'conflict', reason: 'the type was changed, or the row deleted, after the run'};
}
