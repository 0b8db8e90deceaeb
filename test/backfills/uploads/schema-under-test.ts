import {findBackfill} from '../../../src/backfills/registry.ts';
import {probeAssets} from '../../../src/backfills/uploads/probe.ts';
import type {Dialect} from '../../../src/databases/database.ts';
import {changeSchema} from '../../../src/engine/migrate-target.ts';
import type {HostedTarget, MakeHosted} from '../../support/target-host.ts';
import {documented, hashOf} from './assets-under-test.ts';

export const backfill = findBackfill('uploads');

/** Answers with the steps that were told, and those that were done. */
export async function migrate({target}: HostedTarget, way: 'forth' | 'back' = 'forth') {
  let told: readonly string[] | null = null;
  const done = await changeSchema(backfill, target, {
    way,
    tell: ({steps}) => {
      told = steps;
    },
  });
  return {told, done};
}

export async function uniqueness({target}: HostedTarget): Promise<string> {
  const reader = await target.openReader();
  try {
    return (await probeAssets(reader)).facts.unique;
  } finally {
    await reader.close();
  }
}

/** The documented table as it was before: one hash for everybody. */
function past(dialect: Dialect, form: 'constraint' | 'index' | 'nothing'): string {
  const table = documented(dialect).replace(/CREATE UNIQUE INDEX[^;]*;/, '');
  if (form === 'constraint') return table.replace('sha256 TEXT', 'sha256 TEXT UNIQUE');
  return form === 'index' ? `${table}; CREATE UNIQUE INDEX ix_assets_sha256 ON assets (sha256)` : table;
}

export async function made(
  host: MakeHosted,
  form: 'constraint' | 'index' | 'nothing',
): Promise<HostedTarget> {
  const hosted = await host();
  await hosted.sql(past(hosted.target.dialect, form));
  return hosted;
}

export function insert({sql}: HostedTarget, user: string, content: string | null) {
  const hash = content === null ? 'NULL' : `'${hashOf(content)}'`;
  return sql(`INSERT INTO assets (user_id, sha256) VALUES ('${user}', ${hash})`);
}
