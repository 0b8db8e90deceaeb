import {OperatorError} from '../core/operator-error.ts';
import type {Database, Target} from '../databases/database.ts';
import type {EngineHost} from './engine-host.ts';
import {acquireLease, type HeldLease, releaseMs} from './lease.ts';
import {renewReserved} from './lease-statements.ts';

/**
 * The lease of a target, held while several runs work one after the other: no Headgate anywhere goes live there in between.
 * Each run takes it over and hands it back in one step. A process that dies leaves it to expire, as that of any run.
 */
export class Reservation {
  /** The name under which the lease is held. */
  readonly id: string;
  readonly #database: Database;
  readonly #lease: HeldLease;
  readonly #timer: NodeJS.Timeout;

  private constructor(id: string, host: EngineHost, database: Database, lease: HeldLease) {
    const {leaseMs} = lease;
    const renew = renewReserved(database.dialect, id, host.self.holder.name, leaseMs);
    this.id = id;
    this.#database = database;
    this.#lease = lease;
    // One that was lost is told by the next run, which is then refused.
    this.#timer = setInterval(() => void database.transaction([renew]).catch(() => undefined), leaseMs / 3);
  }

  /** Refused with who holds it, and until when. */
  static async take(
    host: EngineHost,
    target: Target,
    {
      name,
      takeOver,
      signal,
    }: {readonly name: string; readonly takeOver: string | null; readonly signal: AbortSignal},
  ): Promise<Reservation> {
    if (!target.marks)
      throw new OperatorError(
        'gate',
        `${target.name} keeps no lease (marks: false), so a recovery can not stop other writers`,
        'Allow marks for it in the config.',
      );
    await target.recover();
    const database = await target.openDatabase();
    try {
      const {settings, self, random, now} = host;
      const id = `recovery of ${name}`;
      const lease = await acquireLease(
        database,
        {
          run: id,
          self,
          leaseMs: settings.leaseSeconds * 1_000,
          leastFence: 0,
          takeOver,
          attempts: settings.attempts,
          random,
          blockedMs: () => (target.traffic()?.waitsUntil ?? 0) - now(),
        },
        signal,
      );
      return new Reservation(id, host, database, lease);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    try {
      // Runs in between have raised the fence; and whoever interrupts what it is held for wants it back all the more.
      if ((await this.#lease.regain(AbortSignal.timeout(releaseMs))) !== null)
        await this.#lease.release(true);
    } finally {
      await this.#database.close();
    }
  }
}
