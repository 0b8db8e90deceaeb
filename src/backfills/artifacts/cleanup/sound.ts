import {allOf, quoted} from '../../../core/sql.ts';
import {encoded} from '../../exact.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';
import {joined} from './joined.ts';
import {isLoser, isMoveOf, movesName} from './tables.ts';

/** Whether a group is still as it was when its change was decided, as SQL over the tables of a page. */

/**
 * SQL that holds for a group that may still be changed, where the tables before this reference have been worked through:
 * of those all rows name the winner by now, and none a loser; of the others exactly those name a loser that did when the
 * change was decided. `dropped`: of this reference's own, what goes is gone.
 */
export function isSound(at: string, facts: ArtifactsFacts, reference: number, dropped?: 'dropped'): string {
  const named = facts.references.flatMap((each, index) =>
    index < reference
      ? [
          `SELECT headgate_losers.at FROM ${joined(each, 'headgate_losers')}`,
          missing(each, index, 'headgate_groups.winner', true),
        ]
      : [
          unnamed(each, index),
          missing(each, index, `${movesName(index)}.loser`, index === reference && dropped !== undefined),
        ],
  );
  return allOf([
    `${at} NOT IN (${otherCounts(facts)})`,
    isAsRead(at, facts, reference),
    ...named.map(bad => `${at} NOT IN (${bad})`),
  ]);
}

/**
 * SQL that holds for a group whose rows are as they were read. Re-pointing may have set off a trigger of the target that
 * wrote to them: where there are any, a group of which a row was re-pointed by now was as it was read before.
 */
export function isAsRead(at: string, facts: ArtifactsFacts, reference: number): string {
  const begun = facts.isTriggered
    ? facts.references.slice(0, reference).map((each, index) => ` OR ${at} IN (${begunBy(each, index)})`)
    : [];
  return `(${at} NOT IN (${changedRows(facts)})${begun.join('')})`;
}

/** Groups of which a row names the winner that named a loser when it was read. */
export function begunBy(reference: Reference, at: number): string {
  const moves = movesName(at);
  return `SELECT ${moves}.at
          FROM ${moves}
          CROSS JOIN headgate_groups ON headgate_groups.at = ${moves}.at
          CROSS JOIN ${quoted(reference.table)} AS moved ON ${isMoveOf(moves, 'moved', reference, 'headgate_groups.winner')}
          WHERE moved.${quoted(reference.column)} IS headgate_groups.winner`;
}

/** Groups of which a row is gone, or not as it was read. */
export function changedRows(facts: ArtifactsFacts): string {
  const {id, fetchedAt, sourceType, bucket, key} = facts;
  const type = encoded(`row.${quoted(sourceType)}`);
  return `SELECT headgate_losers.at FROM headgate_losers
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = headgate_losers.id
          WHERE row.${quoted(id)} IS NULL OR NOT (${isLoser('row', facts.columns, encoded)})
          UNION ALL
          SELECT headgate_groups.at FROM headgate_groups
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = headgate_groups.winner
          WHERE row.${quoted(id)} IS NULL
            OR ${encoded(`row.${quoted(fetchedAt)}`)} IS NOT headgate_groups.fetched_at
            OR (${type} IS NOT headgate_groups.type AND (headgate_groups.new_type IS NULL OR ${type} IS NOT headgate_groups.new_type))
            OR row.${quoted(bucket)} IS NOT headgate_groups.bucket
            OR row.${quoted(key)} IS NOT headgate_groups.key`;
}

/** Groups that have another number of rows than was read. */
export function otherCounts({bucket, key, hasKeyIndex}: ArtifactsFacts): string {
  const condition = `row.${quoted(bucket)} = headgate_groups.bucket AND row.${quoted(key)} = headgate_groups.key`;
  const from = hasKeyIndex
    ? `headgate_groups CROSS JOIN artifacts AS row ON ${condition}`
    : `artifacts AS row CROSS JOIN headgate_groups ON ${condition}`;
  return `SELECT headgate_groups.at FROM ${from} GROUP BY headgate_groups.at HAVING count(*) <> headgate_groups.rows`;
}

/** Groups with a row that names a loser and that the change does not know of. */
export function unnamed(reference: Reference, at: number): string {
  const moves = movesName(at);
  return `SELECT headgate_losers.at FROM ${joined(reference, 'headgate_losers')}
          LEFT JOIN ${moves} ON ${moves}.at = headgate_losers.at AND ${moves}.loser IS headgate_losers.id
            AND ${isMoveOf(moves, 'named', reference, 'headgate_losers.id')}
          WHERE ${moves}.at IS NULL`;
}

/** Groups of which a row that is to move does not name this artifact: it is gone, or somebody has re-pointed it. */
export function missing(reference: Reference, at: number, artifact: string, movesAlone: boolean): string {
  const moves = movesName(at);
  const column = `named.${quoted(reference.column)}`;
  return `SELECT ${moves}.at FROM ${moves}
          CROSS JOIN headgate_groups ON headgate_groups.at = ${moves}.at
          LEFT JOIN ${quoted(reference.table)} AS named
            ON ${isMoveOf(moves, 'named', reference, artifact)} AND ${column} IS ${artifact}
          WHERE ${column} IS NULL${movesAlone ? ` AND ${moves}.drops = 0` : ''}`;
}
