import type {AnyBackfill} from '../backfills/registry.ts';
import type {Target} from '../databases/database.ts';
import {readMigrations} from '../databases/migrate.ts';

/** Makes a backfill's tables, all or none, and the database itself where there is none. Answers with what was applied. */
export async function applyMigrations(backfill: AnyBackfill, target: Target): Promise<readonly string[]> {
  const database = await target.openDatabase({create: true});
  try {
    if (!(await backfill.needsMigration(database))) return [];
    const migrations = await readMigrations(backfill.migrations);
    await database.transaction(migrations.flatMap(({statements}) => statements));
    return migrations.map(({name}) => name);
  } finally {
    await database.close();
  }
}
