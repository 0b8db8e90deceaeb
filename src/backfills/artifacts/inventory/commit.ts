import type {Probe} from '../../../core/probe.ts';
import type {Statement} from '../../../core/sql.ts';
import {quoted} from '../../../core/sql.ts';
import {decoded, encoded} from '../../exact.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {isUnknown} from '../names.ts';
import type {InventoryChange} from './change.ts';

/**
 * At most one insert and one update for a page. Identity is bucket and key alone: a row that somebody inserted meanwhile
 * keeps the page's from being doubled. A type is written only where the row says nothing, in the statement itself.
 */
export function commitObjects(
  changes: readonly InventoryChange[],
  {facts}: Probe<ArtifactsFacts>,
): readonly Statement[] {
  const inserts = changes.filter(({insert}) => insert !== null);
  const updates = changes.filter(({updates: rows}) => rows.length > 0);
  return [
    ...(inserts.length === 0 ? [] : [insertRows(inserts, facts)]),
    ...(updates.length === 0 ? [] : [fillTypes(updates, facts)]),
  ];
}

export function insertedTable(parameter: number): string {
  return `headgate_inserted AS MATERIALIZED (
    SELECT CAST(value->>'key' AS TEXT) AS key, CAST(value->>'bucket' AS TEXT) AS bucket, value->>'type' AS type, ${decoded("value->>'id'")} AS id,
      value->>'fetchedAt' AS fetched_at, value->>'url' AS url
    FROM json_each(?${parameter})
  )`;
}

export function insertedParam(changes: readonly InventoryChange[]): string {
  return JSON.stringify(changes.map(({key, bucket, type, insert}) => ({key, bucket, type, ...insert})));
}

function insertRows(changes: readonly InventoryChange[], facts: ArtifactsFacts): Statement {
  const {id, newId, sourceType, fetchedAt, bucket, key, sourceUrl, needsUrl, hasKeyIndex} = facts;
  const columns: readonly (readonly [string, string])[] = [
    ...(newId === 'text' ? [[id, 'headgate_inserted.id'] as const] : []),
    [sourceType, 'headgate_inserted.type'],
    [fetchedAt, 'headgate_inserted.fetched_at'],
    [bucket, 'headgate_inserted.bucket'],
    [key, 'headgate_inserted.key'],
    ...(sourceUrl !== null && needsUrl ? [[sourceUrl, 'headgate_inserted.url'] as const] : []),
  ];
  const isRow = `row.${quoted(bucket)} = headgate_inserted.bucket AND row.${quoted(key)} = headgate_inserted.key`;
  return {
    sql: `WITH ${insertedTable(1)}
          INSERT INTO artifacts (${columns.map(([name]) => quoted(name)).join(', ')})
          SELECT ${columns.map(([, value]) => value).join(', ')}
          FROM headgate_inserted
          WHERE ${
            hasKeyIndex
              ? `NOT EXISTS (SELECT 1 FROM artifacts AS row WHERE ${isRow})`
              : `(headgate_inserted.bucket, headgate_inserted.key) NOT IN (SELECT headgate_inserted.bucket, headgate_inserted.key FROM artifacts AS row CROSS JOIN headgate_inserted ON ${isRow})`
          }
          RETURNING ${quoted(key)} AS key`,
    params: [insertedParam(changes)],
    counts: 'inserted',
  };
}

function fillTypes(changes: readonly InventoryChange[], facts: ArtifactsFacts): Statement {
  const type = `artifacts.${quoted(facts.sourceType)}`;
  return {
    sql: `WITH ${updatesTable}
          UPDATE artifacts
          SET ${quoted(facts.sourceType)} = headgate_updates.type
          FROM headgate_updates
          WHERE artifacts.${quoted(facts.id)} = headgate_updates.id
            AND artifacts.${quoted(facts.bucket)} = headgate_updates.bucket
            AND artifacts.${quoted(facts.key)} = headgate_updates.key
            AND ${isUnknown(type)}
            AND ${encoded(type)} IS headgate_updates.before
          RETURNING ${quoted(facts.key)} AS key`,
    params: [updatesParam(changes)],
    counts: 'updated',
  };
}

export const updatesTable = `headgate_updates AS MATERIALIZED (
  SELECT ${decoded('value->>0')} AS id, value->>1 AS bucket, value->>2 AS key, value->>3 AS before, value->>4 AS type
  FROM json_each(?1)
)`;

export function updatesParam(changes: readonly InventoryChange[]): string {
  return JSON.stringify(
    changes.flatMap(({key, bucket, updates, type}) =>
      updates.map(({id, before}) => [id, bucket, key, before, type]),
    ),
  );
}
