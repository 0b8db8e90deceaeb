import {describe, expect, it} from 'vitest';
import {findBackfill} from '../../src/backfills/registry.ts';
import type {Target} from '../../src/databases/database.ts';
import {readMigrations} from '../../src/databases/migrate.ts';
import {describePostgresTable} from '../../src/databases/postgres-schema.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';

/** A folder of migrations whose SQL is that of Postgres, tried on a real one. */
export function postgresMigrationsConformance(name: string, make: () => Promise<Target>): void {
  const records = findBackfill('records');

  async function tables(target: Target): Promise<readonly boolean[]> {
    const reader = await target.openReader();
    try {
      const found = await Promise.all(
        ['records', 'lexicons', 'backfill_jobs'].map(table => describePostgresTable(reader, table)),
      );
      return found.map(table => table !== null);
    } finally {
      await reader.close();
    }
  }

  describe(`${name}: migrations of Postgres`, () => {
    it('are applied in their order, once', async () => {
      const target = await make();
      const names = (await readMigrations(records.migrations)).map(migration => migration.name);
      expect(await applyMigrations(records, target)).toEqual(names);
      expect(await tables(target)).toEqual([true, true, true]);
      expect(await applyMigrations(records, target)).toEqual([]);
    });

    it('are applied all or none', async () => {
      const target = await make();
      const database = await target.openDatabase();
      await database.transaction([{sql: 'CREATE VIEW backfill_jobs AS SELECT 1 AS id', params: []}]);
      await database.close();
      await expect(applyMigrations(records, target)).rejects.toMatchObject({kind: 'invalid'});
      expect(await tables(target)).toEqual([false, false, false]);
    });
  });
}
