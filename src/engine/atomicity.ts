import {Fault} from '../core/failure.ts';
import type {Database} from '../databases/database.ts';
import {markAlone, markTables} from './mark.ts';

/** A partition that no run has. */
const trial = '(trial)';

/**
 * Tries whether a transaction is all or nothing: its second statement is refused, so nothing may be left of its first.
 * Where something is, no mark can prove what happened, and the run goes on as an advisory one.
 */
export async function isAtomic(database: Database, run: string, signal: AbortSignal): Promise<boolean> {
  const both = [markAlone(run, trial, 0), markAlone(run, trial, null)];
  const refused = await database.transaction(both, {signal}).then(
    () => false,
    (error: unknown) => {
      if (error instanceof Fault && error.kind === 'refused') return true;
      throw error;
    },
  );
  const left = await database.query(
    `SELECT 1 FROM ${markTables[1]} WHERE run = ? AND partition = ?`,
    [run, trial],
    {signal},
  );
  if (left.length > 0)
    await database.transaction([
      {sql: `DELETE FROM ${markTables[1]} WHERE run = ? AND partition = ?`, params: [run, trial]},
    ]);
  return refused && left.length === 0;
}
