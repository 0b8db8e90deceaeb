import {readFileSync} from 'node:fs';
import {DatabaseSync, type SQLInputValue} from 'node:sqlite';
import {z} from 'zod';
import {report} from './report.ts';

const statement = z.object({sql: z.string(), params: z.array(z.union([z.string(), z.number(), z.null()]))});

interface Plain {
  readonly sql: string;
  readonly params: readonly SQLInputValue[];
}

/** What somebody would write who knows the table, and needs neither a plan nor a before-image nor a way back. */
const byHand: readonly Plain[] = [
  `CREATE TEMP TABLE moved AS
   SELECT artifact_id AS loser, winner
   FROM (
     SELECT artifact_id, first_value(artifact_id) OVER (
         PARTITION BY r2_bucket, r2_key
         ORDER BY fetched_at DESC, artifact_id DESC
       ) AS winner
     FROM artifacts
     WHERE r2_bucket IS NOT NULL AND r2_key IS NOT NULL
   )
   WHERE artifact_id <> winner`,
  'CREATE UNIQUE INDEX temp.idx_moved ON moved (loser)',
  `UPDATE datapoints
   SET artifact_id = moved.winner
   FROM moved
   WHERE datapoints.artifact_id = moved.loser`,
  'DELETE FROM artifacts WHERE artifact_id IN (SELECT loser FROM moved)',
].map(sql => ({sql, params: []}));

/**
 * Statements in one transaction and nothing else, as a process of its own: those of a recording (artifacts-way.ts), or
 * the few that clean up the whole table. What was recorded is read before the clock starts.
 *
 *     node artifacts-bare-way.ts TARGET RECORDING|by-hand
 */
const [target = '', what = ''] = process.argv.slice(2);
const statements = what === 'by-hand' ? byHand : readRecording(what);
const database = new DatabaseSync(target);
database.exec('PRAGMA synchronous = FULL');
await report(() => {
  const before = rowsChanged();
  database.exec('BEGIN IMMEDIATE');
  for (const {sql, params} of statements) database.prepare(sql).all(...params);
  database.exec('COMMIT');
  return {files: statements.length, bytes: 0, written: rowsChanged() - before};
});
database.close();

function rowsChanged(): number {
  return Number(database.prepare('SELECT total_changes() AS rows').get()?.['rows']);
}

function readRecording(path: string): readonly Plain[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => statement.parse(JSON.parse(line)));
}
