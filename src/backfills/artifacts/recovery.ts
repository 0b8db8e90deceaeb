import {quoted} from '../../core/sql.ts';
import type {Reader} from '../../databases/database.ts';
import {describeTable} from '../../databases/schema.ts';
import type {Recovery} from '../backfill.ts';
import {asText} from './checks/find-rows.ts';

/** Sections 5 and 6 of the postmortem: stop the writers, see how bad it is, dedupe, re-assert the index, until it is clean. */
export const artifactsRecovery: Recovery = {
  name: 'artifacts',
  measures: 'artifacts-inventory',
  runs: ['artifacts-cleanup', 'artifacts-index', 'artifacts-inventory'],
  mends: ['uniqueness', 'unique-index'],
  watch,
};

const watched = ['artifacts', 'datapoints'] as const;

/** Rows, the newest id and date, and rows by type: an ingestion changes one of them sooner or later. */
async function watch(target: Reader): Promise<Readonly<Record<string, string>>> {
  const figures: Record<string, string> = {};
  for (const table of watched) {
    const schema = await describeTable(target, table);
    if (schema === null) continue;
    const named = (name: string) => schema.columns.find(column => column.name.toLowerCase() === name);
    const id = schema.columns.find(({primaryKey}) => primaryKey > 0);
    const [fetched, type] = [named('fetched_at'), named('source_type')];
    const [row] = await target.query(
      `SELECT count(*) AS rows,
         ${id === undefined ? "''" : asText(`max(${quoted(id.name)})`)} AS newest,
         ${fetched === undefined ? "''" : asText(`max(${quoted(fetched.name)})`)} AS fetched,
         ${type === undefined ? '0' : `sum(${quoted(type.name)} IS NULL OR ${quoted(type.name)} = 'unknown')`} AS unknown
       FROM ${quoted(table)}`,
    );
    figures[`rows of ${table}`] = String(row?.['rows']);
    figures[`newest id of ${table}`] = String(row?.['newest']);
    if (fetched !== undefined) figures['newest fetched_at'] = String(row?.['fetched']);
    if (type !== undefined) figures['rows of unknown type'] = String(row?.['unknown']);
  }
  return figures;
}
