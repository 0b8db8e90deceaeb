import {Fault} from '../core/failure.ts';
import type {Database} from '../databases/database.ts';
import {markAlone, markTables} from './mark-statements.ts';
import {numbered} from './mark-words.ts';

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
  const {dialect} = database;
  const ofTrial = (verb: string) =>
    numbered(dialect, {
      sql: `${verb} FROM ${markTables[1]} WHERE run = ?1 AND partition = ?2`,
      params: [run, trial],
    });
  const isRefused = await insisting(() =>
    database
      .transaction([markAlone(dialect, run, trial, 0), markAlone(dialect, run, trial, null)], {signal})
      .then(
        () => false,
        (error: unknown) => {
          if (error instanceof Fault && error.kind === 'refused') return true;
          throw error;
        },
      ),
  );
  const look = ofTrial('SELECT 1');
  const left = await insisting(() => database.query(look.sql, look.params, {signal}));
  if (left.length > 0) await insisting(() => database.transaction([ofTrial('DELETE')], {signal}));
  return isRefused && left.length === 0;
}
