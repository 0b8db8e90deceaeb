import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';
import {packageRoot} from './databases/migrate.ts';

/** The version of package.json. */
export function programVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return z.object({version: z.string()}).parse(manifest).version;
}
