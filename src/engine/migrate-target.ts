import type {AnyBackfill} from '../backfills/registry.ts';
import type {SchemaPlan, Way} from '../backfills/schema-change.ts';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Target} from '../databases/database.ts';
import {readMigrations} from '../databases/migrate.ts';

/** Makes a backfill's tables, all or none, and the database itself where there is none. Answers with what was applied. */
export async function applyMigrations(backfill: AnyBackfill, target: Target): Promise<readonly string[]> {
  const database = await target.openDatabase({create: true});
  try {
    if (!(await backfill.needsMigration(database))) return [];
    const {migrations, postgresMigrations = migrations} = backfill;
    const made = await readMigrations(target.dialect === 'postgres' ? postgresMigrations : migrations);
    await database.transaction(made.flatMap(({statements}) => statements));
    return made.map(({name}) => name);
  } finally {
    await database.close();
  }
}

export interface SchemaOptions {
  readonly way: Way;
  /** Told what is going to be done, before it is. */
  readonly tell: (plan: SchemaPlan) => void;
}

/** Changes tables that are there to what a backfill needs, or back, all or nothing. Answers with what was done. */
export async function changeSchema(
  {id, changesSchema}: AnyBackfill,
  target: Target,
  {way, tell}: SchemaOptions,
): Promise<readonly string[]> {
  if (changesSchema === undefined) {
    if (way === 'forth') return [];
    throw new OperatorError('usage', `the tables of ${id} have no way back`, 'Leave --back out.');
  }
  const database = await target.openDatabase();
  try {
    const plan = await changesSchema.plan(database, way);
    if (plan === null) return [];
    tell(plan);
    try {
      await database.transaction(plan.statements);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // Rows that came meanwhile are shown by a new plan; and where nothing is left to do, it was done after all.
      if ((await changesSchema.plan(database, way)) !== null) throw error;
    }
    return plan.steps;
  } finally {
    await database.close();
  }
}
