import {z} from 'zod';
import type {Reader} from '../../../databases/database.ts';

/** Names beginning as those of our indexes do that something has already. */
export async function takenNames(target: Reader): Promise<ReadonlySet<string>> {
  const rows = await target.query(
    target.dialect === 'postgres'
      ? "SELECT relname AS name FROM pg_class WHERE starts_with(relname, 'idx_asset_')"
      : "SELECT name FROM sqlite_schema WHERE name GLOB 'idx_asset_*'",
  );
  return new Set(rows.map(row => z.string().parse(row['name'])));
}
