import {quoted, type Statement} from '../../../core/sql.ts';
import {counted} from '../../../core/words.ts';
import type {Reader} from '../../../databases/database.ts';
import type {SchemaPlan} from '../../schema-change.ts';
import {rebuilt} from './rebuild.ts';
import {columnsText, nameFor, type Wanted} from './wanted.ts';

/** An index is dropped; what the table itself says is in its text, and takes another table. */
export async function sqlitePlan(
  target: Reader,
  {drops, makes, addsMap, taken}: Wanted,
  rows: number,
): Promise<SchemaPlan> {
  const steps: string[] = [];
  const statements: Statement[] = [];
  const add = (step: string, ...sql: readonly string[]) => {
    steps.push(step);
    statements.push(...sql.map(text => ({sql: text, params: []})));
  };
  if (addsMap !== null) add(`adds the column ${addsMap}`, `ALTER TABLE assets ADD COLUMN ${addsMap} TEXT`);
  for (const index of drops.filter(({isConstraint}) => !isConstraint))
    add(`drops the unique index ${index.name} on ${columnsText(index)}`, `DROP INDEX ${quoted(index.name)}`);
  if (drops.some(({isConstraint}) => isConstraint)) {
    const dropped = new Set(drops.map(({name}) => name));
    const {sql, keeps} = await rebuilt(target, {dropped, addsMap});
    add(
      `makes assets anew without UNIQUE on sha256: ${counted(rows, 'row')} ${rows === 1 ? 'is' : 'are'} copied twice within one transaction${keeps}`,
      ...sql,
    );
  }
  if (makes !== null) {
    const name = nameFor(makes.name, taken);
    const columns = makes.columns.join(', ');
    add(
      `makes the unique index ${name} on (${columns})`,
      `CREATE UNIQUE INDEX ${quoted(name)} ON assets (${columns}) WHERE sha256 IS NOT NULL`,
    );
  }
  return {steps, statements};
}
