import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Statement} from '../../../core/sql.ts';
import {allOf, quoted} from '../../../core/sql.ts';
import {decoded, encoded, encodedText} from '../../exact.ts';
import type {Io} from '../../shape.ts';
import type {ArtifactsFacts} from '../facts.ts';
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
                    GROUP BY headgate_inserted.key
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
                  SET ${type} = ${decoded('headgate_updates.before')}
                  FROM headgate_updates
                  WHERE artifacts.${id} = headgate_updates.id AND artifacts.${type} IS headgate_updates.type
                  RETURNING ${key} AS key`,
            params: [updatesParam(updates)],
            counts: 'updated' as const,
          },
        ]),
  ];
}

/** Inserted objects with the rows that they have. */
function rowsOf({bucket, key, hasKeyIndex}: ArtifactsFacts): string {
  const condition = `row.${quoted(bucket)} = headgate_inserted.bucket AND row.${quoted(key)} = headgate_inserted.key`;
  return hasKeyIndex
    ? `headgate_inserted CROSS JOIN artifacts AS row ON ${condition}`
    : `artifacts AS row CROSS JOIN headgate_inserted ON ${condition}`;
}

function isAsInserted({sourceType, fetchedAt, sourceUrl, needsUrl, leftAlone}: ArtifactsFacts): string {
  return allOf([
    `row.${quoted(sourceType)} IS headgate_inserted.type`,
    `row.${quoted(fetchedAt)} IS headgate_inserted.fetched_at`,
    ...(sourceUrl === null
      ? []
      : [`row.${quoted(sourceUrl)} IS ${needsUrl ? 'headgate_inserted.url' : 'NULL'}`]),
    ...leftAlone.map(({column, is}) => `row.${quoted(column)} IS ${is}`),
  ]);
}

function isNamed({namedBy}: ArtifactsFacts): string {
  const conditions = namedBy.map(({table, columns}) => {
    const [ours, theirs] = [
      columns.map(({to}) => `row.${quoted(to)}`),
      columns.map(({from}) => `named.${quoted(from)}`),
    ];
    const isSet = allOf(theirs.map(column => `${column} IS NOT NULL`));
    return `(${ours.join(', ')}) IN (SELECT ${theirs.join(', ')} FROM ${quoted(table)} AS named WHERE ${isSet})`;
  });
  return conditions.length === 0 ? 'false' : conditions.join(' OR ');
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
           SELECT headgate_inserted.key AS key, sum(${isAsInserted(facts)}) AS as_inserted,
             sum(${isAsInserted(facts)} AND (${isNamed(facts)})) AS named
           FROM ${rowsOf(facts)}
           GROUP BY headgate_inserted.key`,
          [insertedParam(inserts)],
        ),
    ids.length === 0
      ? []
      : target.query(
          `WITH headgate_ids AS MATERIALIZED (SELECT ${decoded('value')} AS id FROM json_each(?))
           SELECT ${encoded(`row.${quoted(facts.id)}`)} AS id, ${encoded(`row.${quoted(facts.sourceType)}`)} AS type
           FROM headgate_ids CROSS JOIN artifacts AS row ON row.${quoted(facts.id)} = headgate_ids.id`,
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
  const isBefore = now.map((type, index) => type !== undefined && type === change.updates[index]?.before);
  if (isBefore.every(Boolean)) return {action: 'unchanged'};
  if (now.every((type, index) => isBefore[index] === true || type === encodedText(change.type)))
    return {action: 'update', change};
  return {action: 'conflict', reason: 'the type was changed, or the row deleted, after the run'};
}
