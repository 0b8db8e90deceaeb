import {Fault} from '../core/failure.ts';
import type {Database} from '../databases/database.ts';
import {markAlone, markTables} from './mark.ts';

/** A partition that no run has. */
const trial = '(trial)';

/**
 * Tries whether a transaction is all or nothing: its second statement is refused, so nothing may be left of its first.
 * Where something is, no mark can prove what happened, and the run goes on as an advisory one.
 */
export async function isAtomic(
  database: Database,
  run: string,
  signal: AbortSignal,
  insisting: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<boolean> {
  const ofTrial = `FROM ${markTables[1]} WHERE run = ? AND partition = ?`;
  const params = [run, trial];
  const isRefused = await insisting(() =>
    database.transaction([markAlone(run, trial, 0), markAlone(run, trial, null)], {signal}).then(
      () => false,
      (error: unknown) => {
        if (error instanceof Fault && error.kind === 'refused') return true;
        throw error;
      },
    ),
  );
  const left = await insisting(() => database.query(`SELECT 1 ${ofTrial}`, params, {signal}));
  if (left.length > 0)
    await insisting(() => database.transaction([{sql: `DELETE ${ofTrial}`, params}], {signal}));
  return isRefused && left.length === 0;
}
