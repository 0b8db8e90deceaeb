import {existsSync, statfsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {defineConfig} from 'vitest/config';

const {env} = process;
// Each file of tests is a process of its own: what V8 compiled is kept for the next, where the program keeps it too.
env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');
// Where memory has room for it, what tests write does not wait for a disk: a new ledger takes 5 ms instead of 30 to 50.
env['TMPDIR'] ??= isRoomy('/dev/shm') ? '/dev/shm' : tmpdir();

/** Files of these folders leave nothing behind in their process: they share one, and load what they test once. */
const together = [
  'backfills/artifacts',
  'backfills/asset-index',
  'commands',
  'components',
  'config',
  'console',
  'core',
  'engine',
  'frames',
  'jobs',
  'ledger',
  'runbook',
].map(folder => `test/${folder}/**/*.test.{ts,tsx}`);

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    projects: [
      {extends: true, test: {name: 'together', include: together, isolate: false}},
      {extends: true, test: {name: 'alone', include: ['test/**/*.test.{ts,tsx}'], exclude: together}},
    ],
    globalSetup: ['test/support/run-folder.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One more than the two cores of CI: a third of the time tests wait for somebody else.
    maxWorkers: 3,
    // The built program is run as it is.
    server: {deps: {external: [/\/dist\/src\//]}},
  },
});

/** Tests of uploads write files of 300 MiB; the rest is a margin. */
function isRoomy(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const info = statfsSync(folder);
  return info.bavail * info.bsize >= 8 * 2 ** 30;
}
