import {readdir, readFile} from 'node:fs/promises';
import {findPackageJSON} from 'node:module';
import {dirname, join} from 'node:path';
import type {Statement} from '../core/sql.ts';

/** One file of `migrations/SCHEMA/`: NNNN_name.sql, append-only, statements ended by a semicolon at a line's end. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly Statement[];
}

export async function readMigrations(schema: string): Promise<readonly Migration[]> {
  const folder = join(packageRoot(), 'migrations', schema);
  const files = (await readdir(folder)).filter(file => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async file => ({
      number: Number.parseInt(file, 10),
      name: file.replace(/\.sql$/, ''),
      statements: splitStatements(await readFile(join(folder, file), 'utf8')),
    })),
  );
}

export function splitStatements(sql: string): readonly Statement[] {
  return sql
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map(text => text.trim())
    .filter(text => text !== '')
    .map(text => ({sql: text, params: []}));
}

/** The folder that holds package.json and migrations/, from the sources and from the built program alike. */
export function packageRoot(): string {
  const manifest = findPackageJSON(import.meta.url);
  if (manifest === undefined)
    throw new Error('package.json is missing beside the program: reinstall headgate');
  return dirname(manifest);
}
