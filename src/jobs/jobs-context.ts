import {OperatorError} from '../core/operator-error.ts';
import type {Database, Reader} from '../databases/database.ts';
import type {RunConnection} from '../engine/connection.ts';
import type {Engine} from '../engine/engine.ts';
import {JobRows} from './job-rows.ts';
import {StandingRows} from './standing-rows.ts';

/** What it takes to look at the jobs of a target, and at its lexicons: no way to write. */
export interface JobsLook {
  readonly engine: Engine;
  readonly connection: RunConnection;
  readonly database: Reader;
  readonly rows: StandingRows;
}

/** What jobs are made of: the target that has them, and the engine with the ends that their runs have. */
export interface JobsContext extends JobsLook {
  readonly database: Database;
  readonly rows: JobRows;
}

/** Whoever opens it closes its database. */
export async function openJobs(engine: Engine, connection: RunConnection): Promise<JobsContext> {
  const database = await withTables(connection, await connection.target.openDatabase());
  return {engine, connection, database, rows: new JobRows(database)};
}

/** The same for whoever changes nothing. */
export async function lookAtJobs(engine: Engine, connection: RunConnection): Promise<JobsLook> {
  const database = await withTables(connection, await connection.target.openReader());
  return {engine, connection, database, rows: new StandingRows(database)};
}

async function withTables<Opened extends Reader>(
  {backfill, target}: RunConnection,
  opened: Opened,
): Promise<Opened> {
  try {
    if (!(await backfill.needsMigration(opened))) return opened;
    throw new OperatorError(
      'usage',
      `target ${target.label}: the tables of ${backfill.id} are missing there`,
      'headgate migrate BACKFILL --target TARGET makes them.',
    );
  } catch (error) {
    await opened.close();
    throw error;
  }
}
