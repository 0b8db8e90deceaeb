import type {Statement} from '../../../core/sql.ts';
import {sqlOf} from '../asset-sql.ts';
import type {AssetFacts} from '../facts.ts';
import type {RepairChange} from './change.ts';

/** The hash of each row that still has the one that was found wrong, as long as no other row of its user has the new one. */
export function commitRepair(changes: readonly RepairChange[], facts: AssetFacts): readonly Statement[] {
  return setHashes(
    changes.map(({key, id, before, after}) => ({key, id, from: before, to: after})),
    facts,
  );
}

/** Puts back what was there, where the row still has what the run wrote. */
export function undoRepair(changes: readonly RepairChange[], facts: AssetFacts): readonly Statement[] {
  return setHashes(
    changes.map(({key, id, before, after}) => ({key, id, from: after, to: before})),
    facts,
  );
}

interface Move {
  readonly key: string;
  readonly id: string;
  readonly from: string | null;
  readonly to: string | null;
}

function setHashes(moves: readonly Move[], facts: AssetFacts): readonly Statement[] {
  if (moves.length === 0) return [];
  const sql = sqlOf(facts);
  const isUnique = facts.duplicatesAreLegal
    ? ''
    : `AND (${sql.field('to')} IS NULL OR NOT EXISTS (
         SELECT 1 FROM assets AS other
         WHERE other.user_id = row.user_id AND other.sha256 = ${sql.as('sha256', sql.field('to'))}
           AND other.id <> row.id
       ))`;
  return [
    {
      sql: `UPDATE assets AS row
            SET sha256 = ${sql.as('sha256', sql.field('to'))}
            FROM ${sql.items(1)}
            WHERE row.id = ${sql.as('id', 'item.key')}
              AND ${sql.same(sql.text('row.sha256'), sql.field('from'))}
              ${isUnique}
            RETURNING ${sql.fieldOf(1, sql.text('id'), 'key')} AS key`,
      params: [JSON.stringify(Object.fromEntries(moves.map(({id, ...move}) => [id, move])))],
      counts: 'updated',
    },
  ];
}
