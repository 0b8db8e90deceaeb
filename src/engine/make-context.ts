import {listedOf} from '../core/accounting.ts';
import type {Fault} from '../core/failure.ts';
import type {Database, Reader} from '../databases/database.ts';
import type {RunContext} from './context.ts';
import type {EngineHost} from './engine-host.ts';
import type {Execution} from './execution.ts';
import {forwardWork} from './forward.ts';
import {machineOf} from './holder.ts';
import {Hosts} from './hosts.ts';
import {type IoOptions, ioFor} from './io.ts';
import {keptFor} from './kept.ts';
import type {HeldLease} from './lease.ts';
import {limitedBy} from './limited.ts';
import type {Limiter} from './limiter.ts';
import type {Stopper} from './run-handle.ts';
import type {RunState} from './run-state.ts';
import {undoWork} from './undo-work.ts';
import type {Work} from './work.ts';
import {Writer} from './writer.ts';

interface Parts {
  readonly host: EngineHost;
  readonly execution: Execution;
  readonly reader: Reader;
  /** Null in a dry run. */
  readonly database: Database | null;
  /** Null where there are no marks to write. */
  readonly lease: HeldLease | null;
  readonly state: RunState;
  readonly stopper: Stopper;
  readonly limiter: Limiter;
  /** Whoever shows how the hosts are has them already. */
  readonly hosts?: Hosts;
  readonly emit: RunContext['emit'];
}

/** Puts together what everything that works on a run shares. */
export function makeContext(parts: Parts): RunContext {
  const {host, execution, state, stopper, limiter, emit} = parts;
  const {record, plan, acceptNew, acceptDrift, reuse, cap} = execution;
  const {ledger, settings, now, random, at} = host;
  const hosts = parts.hosts ?? new Hosts({limiter, halt: stopper.halt, now, emit});
  const work = makeWork(parts, hosts);
  return {
    run: record.id,
    holder: host.self.holder.name,
    source: record.source,
    target: record.target,
    work,
    ledger,
    limiter,
    hosts,
    writer: makeWriter(parts, work),
    settings,
    state,
    plan:
      plan === null
        ? null
        : {
            run: plan.id,
            items: listedOf(plan.tally),
            limit: acceptDrift ? anyDrift : settings.drift,
            acceptNew,
          },
    reuse,
    cap,
    halt: stopper.halt,
    drain: stopper.drain,
    ending: AbortSignal.any([stopper.halt, stopper.drain]),
    freeBytes: looking(() => ledger.freeBytes(), now),
    now,
    random,
    at,
    emit,
    moving: telling(state, now, () => emit({type: 'moving'})),
    stop: (how, reason) => stopper.stop(how, reason),
  };
}

/** Pages of small repositories are settled by the thousand: a disk is not asked for each of them. */
const lookEveryMs = 1_000;

function looking<T>(look: () => Promise<T>, now: () => number): () => Promise<T> {
  let last: {readonly at: number; readonly answer: Promise<T>} | null = null;
  return () => {
    const at = now();
    if (last === null || at - last.at >= lookEveryMs) last = {at, answer: look()};
    return last.answer;
  };
}

/** Smaller items are through before anybody has looked: of them it is told how many are. */
const leastMotion = 8 * 1024 * 1024;
const tellEveryMs = 100;

function telling(state: RunState, now: () => number, tell: () => void): RunContext['moving'] {
  let told = Number.NEGATIVE_INFINITY;
  return motion => {
    if (motion.of >= leastMotion) state.move(motion);
    const at = now();
    if (at - told < tellEveryMs) return;
    told = at;
    tell();
  };
}

const anyDrift = {share: 1, least: Number.MAX_SAFE_INTEGER};

function makeWork(parts: Parts, hosts: Hosts): Work {
  const {host, execution, reader, state, stopper, limiter, emit} = parts;
  const {connection, record, probe, plan, scope, reuse} = execution;
  const {ledger, now, random, settings} = host;
  const {attempts} = settings;
  const {backfill} = connection;
  const onBytes = (count: number) => state.read(count);
  const placed: IoOptions['placed'] = (name, request) => hosts.placed(name, request);
  const kept = keptFor({
    ledger,
    machine: machineOf(host.self.holder),
    target: connection.target.id,
    run: record.id,
    undoes: record.undoes,
    meets: record.mode === 'dry-run',
    fresh: !reuse,
    now,
  });
  const signal = stopper.halt;
  const limited = limitedBy({limiter, attempts, signal, random, emit});
  const io = ioFor({connection, reader, scope, signal, now, onBytes, placed, limited, kept});
  const common = {backfill, io, probe, ledger, run: record.id};
  if (record.undoes !== null) return undoWork({...common, undoes: record.undoes});
  return forwardWork({...common, service: connection.target.service, hi: plan?.cappedAt ?? null});
}

function makeWriter({host, execution, database, lease, stopper, emit}: Parts, work: Work): Writer | null {
  if (database === null) return null;
  const {settings, random, now, at, ledger} = host;
  const run = execution.record.id;
  return new Writer({
    database,
    run,
    lease,
    onRaised: fence => ledger.runs.set(run, {fence}),
    signal: stopper.halt,
    attempts: settings.attempts,
    patience: {forMs: settings.patienceSeconds * 1_000, now},
    random,
    at,
    commit: changes => work.commit(changes),
    onRetry: (attempt: number, waitMs: number, fault: Fault) =>
      emit({type: 'retrying', host: 'target', attempt, waitMs, fault}),
  });
}
