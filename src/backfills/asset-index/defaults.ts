import type {TableSchema} from '../../databases/schema.ts';
import {filled} from './columns.ts';
import type {FilesFacts} from './probe.ts';

/** A literal: text, number, NULL. CURRENT_TIMESTAMP and expressions give something else every time. */
const literal = /^(NULL|'(?:[^']|'')*'|[+-]?\d+(?:\.\d+)?)$/i;

/** What an insert leaves in the columns that it does not name: what an undo expects to find there. */
export function defaultsOf({columns}: TableSchema): Pick<FilesFacts, 'datesRows' | 'leftAlone'> {
  const datesRows = columns.some(
    ({name, defaultSql}) => name === 'created_at' && /^CURRENT_TIMESTAMP$/i.test(defaultSql ?? ''),
  );
  const written = new Set([...filled, 'id', ...(datesRows ? ['created_at'] : [])]);
  const leftAlone = columns
    .filter(({name}) => !written.has(name))
    .map(({name, defaultSql}) => ({column: name, is: defaultSql ?? 'NULL'}))
    .filter(({is}) => literal.test(is));
  return {datesRows, leftAlone};
}
