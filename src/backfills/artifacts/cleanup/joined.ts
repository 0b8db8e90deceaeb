import {quoted} from '../../../core/sql.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';

/**
 * The rows of a table that name one of some ids: from whichever side an index, or a scan, leads to the other. The id's own
 * column decides what is the same, as a foreign key does it: nothing goes along with an artifact that this does not find.
 */
export function joined({table, column, isIndexed}: Reference, ids: string): string {
  const named = `${quoted(table)} AS named`;
  const isNamed = `${ids}.known = named.${quoted(column)}`;
  return isIndexed ? `${ids} CROSS JOIN ${named} ON ${isNamed}` : `${named} CROSS JOIN ${ids} ON ${isNamed}`;
}

/**
 * Ids with the same as artifacts has them, `known`. It has a column's affinity, as values of JSON have not: it compares as
 * the column does, and SQLite can search it for the values of another.
 */
export function withKnown(ids: string, {id}: Pick<ArtifactsFacts, 'id'>): string {
  return `SELECT made.*, known.${quoted(id)} AS known
          FROM (${ids}) AS made
          LEFT JOIN artifacts AS known ON known.${quoted(id)} = made.id`;
}
