import {OperatorError} from '../core/operator-error.ts';
import type {Engine} from './engine.ts';
import type {Recovered, RecoveryOptions} from './recovery-options.ts';
import {RecoveryRounds} from './recovery-rounds.ts';
import {requireWhole} from './recovery-runs.ts';
import {Reservation} from './reservation.ts';

export type {Recovered, RecoveryNews, RecoveryOptions} from './recovery-options.ts';

/**
 * Brings a system back to order: holds the lease of the target, so that no Headgate anywhere goes live there; watches
 * whether some other program still writes; measures how bad it is; mends by the system's own backfills, each through its
 * dry run and its gates; and measures again, as often as that helps. Every run of it is in the ledger, and can be undone.
 * Refused with an operator error; given up before a run has begun, it rejects with the reason.
 */
export async function recover(given: Engine, options: RecoveryOptions): Promise<Recovered> {
  const {target, confirm, recovery, takeOver, signal, tell} = options;
  const engine = given.until(signal);
  if (confirm === null) return new RecoveryRounds(engine, options).look();
  if (confirm !== target.name)
    throw new OperatorError(
      'gate',
      `"${confirm}" is not the target's name`,
      `To recover ${recovery.name}, add --confirm ${target.name}`,
    );
  requireWhole(options);
  tell({step: 'hold', state: 'begins', says: `takes the lease of ${target.name}`});
  const reservation = await Reservation.take(engine.host, target, {name: recovery.name, takeOver, signal});
  tell({step: 'hold', state: 'done', says: 'no other Headgate writes to it until the end'});
  try {
    return await new RecoveryRounds(engine.within(reservation.id), options).mend();
  } finally {
    // What came of it is worth more than the lease, which expires by itself.
    await reservation.release().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      tell({
        step: 'hold',
        state: 'failed',
        says: `the lease could not be given back (${why}): it expires by itself`,
      });
    });
  }
}
