import {OperatorError} from '../core/operator-error.ts';
import type {Database} from '../databases/database.ts';
import type {RunConnection} from '../engine/connection.ts';
import type {Engine} from '../engine/engine.ts';
import {JobRows} from './job-rows.ts';

/** What jobs are made of: the target that has them, and the engine with the ends that their runs have. */
export interface JobsContext {
  readonly engine: Engine;
  readonly connection: RunConnection;
  readonly database: Database;
  readonly rows: JobRows;
}

/** Whoever opens it closes its database. */
export async function openJobs(engine: Engine, connection: RunConnection): Promise<JobsContext> {
  const {backfill, target} = connection;
  const database = await target.openDatabase();
  try {
    if (await backfill.needsMigration(database))
      throw new OperatorError(
        'usage',
        `target ${target.label}: the tables of ${backfill.id} are missing there`,
        'headgate migrate BACKFILL --target TARGET makes them.',
      );
    return {engine, connection, database, rows: new JobRows(database)};
  } catch (error) {
    await database.close();
    throw error;
  }
}
