import {quoted, type Statement} from '../../../core/sql.ts';
import type {SchemaPlan} from '../../schema-change.ts';
import type {FoundTable} from '../found-table.ts';
import {columnsText, nameFor, type Wanted} from './wanted.ts';

/** Whoever reads or writes the table waits meanwhile; who has it for long ends the attempt, and nothing is done. */
export function postgresPlan({space}: FoundTable, {drops, makes, addsMap, taken}: Wanted): SchemaPlan {
  const table = `${quoted(space)}.assets`;
  const steps: string[] = [];
  const statements: Statement[] = [];
  const add = (step: string, sql: string) => {
    steps.push(step);
    statements.push({sql, params: []});
  };
  add('locks assets: whoever reads or writes it waits', `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  if (addsMap !== null) add(`adds the column ${addsMap}`, `ALTER TABLE ${table} ADD COLUMN ${addsMap} JSONB`);
  for (const index of drops)
    add(
      `drops the unique ${index.isConstraint ? 'constraint' : 'index'} ${index.name} on ${columnsText(index)}`,
      index.isConstraint
        ? `ALTER TABLE ${table} DROP CONSTRAINT ${quoted(index.name)}`
        : `DROP INDEX ${quoted(space)}.${quoted(index.name)}`,
    );
  if (makes !== null) {
    const name = nameFor(makes.name, taken);
    const columns = makes.columns.join(', ');
    add(
      `makes the unique index ${name} on (${columns})`,
      `CREATE UNIQUE INDEX ${quoted(name)} ON ${table} (${columns}) WHERE sha256 IS NOT NULL`,
    );
  }
  return {steps, statements};
}
