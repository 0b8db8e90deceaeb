import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {expect, it} from 'vitest';
import {artifactsContent} from '../../src/sandbox/artifacts-content.ts';
import {writeObjects} from '../../src/sandbox/world.ts';
import {runProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

/**
 * SIGKILL in the middle of each backfill of artifacts, then resume: tables and counts are those of an undisturbed run, and
 * an undo leads back to the start.
 */

const options = {artifacts: {conflicts: {lostType: 'take-known', collision: 'keep-winners'}}};
const config = {settings: {page: {items: 20}}, options};
const ends = {
  'artifacts-cleanup': ['--target', 'docs.sqlite'],
  'artifacts-index': ['--target', 'docs.sqlite'],
  'artifacts-inventory': ['--source', 'archive', '--target', 'docs.sqlite'],
} as const;
type Id = keyof typeof ends;
const order = Object.keys(ends) as readonly Id[];
const typed = ['--confirm', 'docs.sqlite', '--whole', 'archive', '--json'];

/** A target on which everything before a backfill has been done. */
async function prepare(id: Id): Promise<string> {
  const cwd = tempFolder();
  const {statements, objects} = artifactsContent();
  using db = new DatabaseSync(join(cwd, 'docs.sqlite'));
  for (const {sql, params} of statements) db.prepare(sql).run(...params);
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify(config));
  if (id === 'artifacts-inventory') await writeObjects(join(cwd, 'archive'), objects);
  for (const before of order.slice(0, order.indexOf(id))) {
    await runProgram(['run', before, ...ends[before]], {cwd});
    await runProgram(['live', 'last', ...typed], {cwd});
  }
  return cwd;
}

function tablesIn(cwd: string): readonly unknown[] {
  using db = new DatabaseSync(join(cwd, 'docs.sqlite'));
  return [
    db.prepare("SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'artifacts' ORDER BY name").all(),
    ...['artifacts', 'datapoints', 'citations'].map(table =>
      db.prepare(`SELECT * FROM ${table} ORDER BY 1`).all(),
    ),
  ];
}

function countsOf(summary: Readonly<Record<string, unknown>>) {
  const {listed, inserted, updated, deleted, unchanged, skipped, failed, pending, status} = summary;
  return {listed, inserted, updated, deleted, unchanged, skipped, failed, pending, status};
}

const cases: readonly (readonly [Id, string])[] = [
  ['artifacts-cleanup', 'intent-saved:3'],
  ['artifacts-cleanup', 'commit-sent:3'],
  ['artifacts-cleanup', 'page-committed:3'],
  ['artifacts-index', 'commit-sent'],
  ['artifacts-index', 'page-committed'],
  ['artifacts-inventory', 'page-committed:2'],
];

const undisturbed = new Map<Id, Promise<{readonly counts: object; readonly tables: readonly unknown[]}>>();

async function reference(id: Id) {
  const cwd = await prepare(id);
  await runProgram(['run', id, ...ends[id]], {cwd});
  const live = await runProgram(['live', 'last', ...typed], {cwd});
  return {counts: countsOf(summaryOf(live)), tables: tablesIn(cwd)};
}

it.each(cases)('%s, killed at %s', {timeout: 120_000}, async (id, point) => {
  const expected = undisturbed.get(id) ?? reference(id);
  undisturbed.set(id, expected);
  const {counts, tables} = await expected;
  const cwd = await prepare(id);
  const start = tablesIn(cwd);
  await runProgram(['run', id, ...ends[id]], {cwd});
  const killed = await runProgram(['live', 'last', ...typed], {cwd, env: {HEADGATE_CRASH_AT: point}});
  expect(killed.signal).toBe('SIGKILL');
  const resumed = await runProgram(['resume', 'last', '--json'], {cwd});
  expect(countsOf(summaryOf(resumed))).toEqual(counts);
  expect(tablesIn(cwd)).toEqual(tables);
  const undone = await runProgram(['undo', 'last', '--confirm', 'docs.sqlite', '--json'], {cwd});
  expect(summaryOf(undone)).toMatchObject({mode: 'undo', status: 'completed'});
  expect(tablesIn(cwd)).toEqual(start);
});
