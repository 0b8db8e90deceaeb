import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const variable = 'HEADGATE_TEST_RUN_FOLDER';

/** For what all files of a run of tests share: Vitest asks for each project, before the files, and the first makes the folder. */
export default function makeRunFolder(): (() => void) | undefined {
  if (process.env[variable] !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'headgate-run-'));
  process.env[variable] = folder;
  return () => rmSync(folder, {recursive: true, force: true});
}

export function runFolder(): string {
  const folder = process.env[variable];
  if (folder === undefined) throw new Error(`${variable} is not set: run tests with test/vitest.config.ts`);
  return folder;
}
