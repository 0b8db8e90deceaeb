import type {RunNews} from '../core/event.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Database} from '../databases/database.ts';
import {isAtomic} from './atomicity.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {EngineHost} from './engine-host.ts';
import type {Execution} from './execution.ts';
import {acquireLease, type HeldLease} from './lease.ts';
import type {OnRetry} from './steady-reader.ts';

export interface LiveLease {
  /** Null where the operator forbids the tables. */
  readonly lease: HeldLease | null;
  /** The same, where its marks prove what happened: null in an advisory run. */
  readonly marks: HeldLease | null;
}

interface Parts {
  readonly host: EngineHost;
  readonly execution: Execution;
  readonly database: Database;
  readonly signal: AbortSignal;
  readonly emit: (news: RunNews) => void;
}

/** What a live run does before its first page: notes the way back, takes the lease, tries out what marks rely on. */
export async function takeLease(parts: Parts): Promise<LiveLease> {
  const {execution, emit} = parts;
  const {target} = execution.connection;
  await noteBookmark(parts);
  if (!target.marks) return {lease: null, marks: null};
  const lease = await insisting(parts, () => acquire(parts));
  if (!target.provesAtomicity) return {lease, marks: lease};
  const {database, signal} = parts;
  const isProven = await isAtomic(database, execution.record.id, signal, work =>
    insisting(parts, work),
  ).catch(async (error: unknown) => {
    await giveBack(lease, false, emit);
    throw error;
  });
  if (isProven) return {lease, marks: lease};
  if (execution.connection.backfill.publication !== undefined) {
    await giveBack(lease, false, emit);
    throw new OperatorError(
      'gate',
      'the target left a part of a transaction that it refused, so nothing can be published there as a whole',
      'Use a target whose transactions are all or nothing.',
    );
  }
  emit({
    type: 'note',
    level: 'warning',
    message:
      'the target left a part of a transaction that it refused: this run is advisory, and reads rows back where an outcome is unknown',
  });
  return {lease, marks: null};
}

/** A busy target keeps nobody from ending a run: the lease then expires by itself. */
export async function giveBack(lease: HeldLease, isOver: boolean, emit: Parts['emit']): Promise<void> {
  try {
    await lease.release(isOver);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const message = `the lease could not be given back (${said}): it expires in ${lease.leaseMs / 1_000} s`;
    emit({type: 'note', level: 'warning', message});
  }
}

async function acquire({host, execution, database, signal}: Parts): Promise<HeldLease> {
  const {record, takeOver, connection} = execution;
  const {settings, self, now, random} = host;
  const lease = await acquireLease(
    database,
    {
      run: record.id,
      self,
      leaseMs: settings.leaseSeconds * 1_000,
      leastFence: record.fence ?? 0,
      takeOver,
      returnsTo: host.reservedFor ?? null,
      attempts: settings.attempts,
      random,
      blockedMs: () => (connection.target.traffic()?.waitsUntil ?? 0) - now(),
    },
    signal,
  );
  await host.ledger.runs.set(record.id, {fence: lease.fence});
  host.at('lease-acquired');
  return lease;
}

/** Restoring a whole database takes other people's writes along, so it is only noted: undo puts back rows. */
async function noteBookmark(parts: Parts): Promise<void> {
  const {host, execution, signal, emit} = parts;
  const {connection, record} = execution;
  if (record.discovered) return;
  const bookmark = await insisting(parts, () => connection.target.bookmark({signal})).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      emit({
        type: 'note',
        level: 'warning',
        message: `the bookmark before the run could not be read (${String(error)})`,
      });
      return null;
    },
  );
  if (bookmark === null) return;
  const {ledger, self, now} = host;
  const who = {who: self.user, host: self.holder.host};
  await ledger.audit.write({at: now(), ...who, action: 'bookmark', run: record.id, detail: bookmark});
  emit({type: 'note', level: 'info', message: `Time Travel bookmark before the run: ${bookmark}`});
}

async function insisting<T>({host, signal, emit}: Parts, work: () => Promise<T>): Promise<T> {
  const {settings, random, now} = host;
  const patience = {forMs: settings.patienceSeconds * 1_000, now};
  const onRetry: OnRetry = (attempt, waitMs, fault) =>
    emit({type: 'retrying', host: 'target', attempt, waitMs, fault});
  try {
    return await retrying({attempts: settings.attempts, patience, signal, random, onRetry}, work);
  } catch (error) {
    throw error instanceof Exhausted ? error.cause : error;
  }
}
