import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const variable = 'HEADGATE_TEST_RUN_FOLDER';

/** For what all files of a run of tests share: Vitest makes the folder before them, and removes it behind them. */
export default function makeRunFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-run-'));
  process.env[variable] = folder;
  return () => rmSync(folder, {recursive: true, force: true});
}

export function runFolder(): string {
  const folder = process.env[variable];
  if (folder === undefined) throw new Error(`${variable} is not set: run tests with test/vitest.config.ts`);
  return folder;
}
