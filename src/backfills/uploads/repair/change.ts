import {z} from 'zod';
import type {Statement} from '../../../core/sql.ts';
import {sqlOf} from '../asset-sql.ts';
import type {AssetFacts} from '../facts.ts';

/** A hash that a row has, and the one that it should have. */
export const repairChange = z.object({
  /** By which rows are in the order of their ids. */
  key: z.string(),
  /** As text: an integer or a UUID. */
  id: z.string(),
  /** Whatever was in the column, as text. */
  before: z.string().nullable(),
  /** 64 lower-case hex digits. */
  after: z.string(),
});
export type RepairChange = z.infer<typeof repairChange>;

/** Only where the row has the hash that it had, and no other row of its user has the new one. */
export function commitRepair(changes: readonly RepairChange[], facts: AssetFacts): readonly Statement[] {
  return moveHashes(
    changes.map(({key, id, before, after}) => ({key, id, from: before, to: after})),
    facts,
  );
}

export function undoRepair(changes: readonly RepairChange[], facts: AssetFacts): readonly Statement[] {
  return moveHashes(
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

/** A change goes by its row's id, as one JSON object: what a statement returns of a row is looked up by it. */
function moveHashes(moves: readonly Move[], facts: AssetFacts): readonly Statement[] {
  if (moves.length === 0) return [];
  const sql = sqlOf(facts);
  const [from, to] = [sql.field('from'), sql.field('to')];
  const isTaken = `EXISTS (
              SELECT 1 FROM assets AS other
              WHERE other.user_id = row.user_id AND other.sha256 = ${sql.as('sha256', to)}
                AND other.sha256 IS NOT NULL AND other.id <> row.id
            )`;
  return [
    {
      sql: `UPDATE assets AS row
            SET sha256 = ${sql.as('sha256', to)}
            FROM ${sql.items(1)}
            WHERE row.id = ${sql.as('id', 'item.key')}
              AND ${sql.same('row.sha256', sql.as('sha256', from))}
              ${facts.duplicatesAreLegal ? '' : `AND NOT ${isTaken}`}
            RETURNING ${sql.fieldOf(1, sql.text('id'), 'key')} AS key`,
      params: [JSON.stringify(Object.fromEntries(moves.map(({id, ...move}) => [id, move])))],
      counts: 'updated',
    },
  ];
}
