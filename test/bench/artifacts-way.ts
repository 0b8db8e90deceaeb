import {closeSync, openSync, writeSync} from 'node:fs';
import type {Statement} from '../../src/core/sql.ts';
import type {Target} from '../../src/databases/database.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {countsOf} from './artifacts-corpus.ts';
import {artifactsBackfills, artifactsSteps, runStep} from './artifacts-step.ts';
import {report} from './report.ts';

/**
 * A run of the engine on a corpus in SQLite, as a process of its own. With a RECORDING, every statement that changes rows
 * of the target is written there, one JSON to a line: leases and marks are the engine's own, and left out.
 *
 *     node artifacts-way.ts BACKFILL STEP ARTIFACTS TARGET LEDGER [RECORDING]
 */
const [backfillName, stepName, artifacts = '', path = '', ledger = '', recording] = process.argv.slice(2);
const backfill = artifactsBackfills.find(known => known === backfillName);
const step = artifactsSteps.find(known => known === stepName);
if (backfill === undefined) throw new Error(`name a backfill: ${artifactsBackfills.join(', ')}`);
if (step === undefined) throw new Error(`name a step: ${artifactsSteps.join(', ')}`);

const plain = await sqliteTarget({path});
const target = recording === undefined ? plain : recorded(plain, recording);
const counts = countsOf({artifacts: Number(artifacts)});
await report(() => runStep({backfill, step, target, ledger, counts}));

function recorded(target: Target, file: string): Target {
  return {
    ...target,
    openDatabase: async options => {
      const database = await target.openDatabase(options);
      const to = openSync(file, 'w');
      return {
        dialect: database.dialect,
        query: (sql, params, asking) => database.query(sql, params, asking),
        transaction: async (statements, asking) => {
          const rows = await database.transaction(statements, asking);
          for (const statement of statements.filter(isOfBackfill)) writeSync(to, lineOf(statement));
          return rows;
        },
        close: async () => {
          await database.close();
          closeSync(to);
        },
      };
    },
  };
}

function isOfBackfill({counts}: Statement): boolean {
  return counts !== undefined;
}

function lineOf({sql, params}: Statement): string {
  return `${JSON.stringify({sql, params})}\n`;
}
