import {changedOf} from '../core/accounting.ts';
import type {Probe} from '../core/probe.ts';
import type {RunMode} from '../core/run.ts';
import {optionsOf, type RunOptions} from '../core/run-options.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Gate} from '../runbook/gate.ts';
import {claimRun} from './claim-run.ts';
import type {Connection, RunConnection} from './connection.ts';
import {createRun} from './create-run.ts';
import type {EngineHost} from './engine-host.ts';
import {execute} from './execute.ts';
import type {Execution, RunHandle} from './execution.ts';
import {executionOf, takenUp} from './execution-of.ts';
import {givePlanBack} from './give-plan-back.ts';
import {targetIoFor} from './io.ts';
import {keptToLook} from './kept.ts';
import {type GateOptions, lookAtGates, measureBaseline, requireOpen} from './live-gates.ts';
import {type MissingOptions, type MissingPage, missing} from './missing.ts';
import {
  planLost,
  requireFine,
  requireMarksToPublish,
  requireNoObstacle,
  requireResumable,
  requireSameEnds,
  requireSameSchema,
  requireSettled,
  requireUndoable,
} from './preconditions.ts';
import {lookingAgain} from './probe-again.ts';
import {type Review, reviewPlan} from './review.ts';
import {reading} from './steady-reader.ts';
import {startVerify, type VerifyHandle, type VerifyOptions} from './verify-run.ts';

export interface LiveOptions extends GateOptions, RunOptions {
  readonly acceptNew: boolean;
}

export interface ResumeOptions extends RunOptions {
  readonly acceptNew: boolean;
  readonly acceptDrift: boolean;
  readonly takeOver: string | null;
  /** Take up only failures of this kind. */
  readonly kind: string | null;
}

/** The one engine behind the console, the commands, the HTTP interface and the fleet. */
export class Engine {
  readonly host: EngineHost;

  constructor(host: EngineHost) {
    this.host = host;
  }

  /** The same engine for whoever may give up before the run has begun. */
  until(giveUp: AbortSignal): Engine {
    return new Engine({...this.host, giveUp});
  }

  /** The same engine within a recovery, which holds the lease of the target. */
  within(reservedFor: string): Engine {
    return new Engine({...this.host, reservedFor});
  }

  /** A scope as a run takes it: it means the same whenever the run is taken up. */
  async complete({backfill, source}: Connection, scope: unknown): Promise<unknown> {
    if (backfill.complete === undefined || source === null) return scope;
    const signal = this.host.giveUp ?? new AbortController().signal;
    return backfill.complete(scope, {source, signal, placed: (_, request) => request()});
  }

  /** Looks, and touches nothing. */
  async probe(connection: Connection, scope: unknown): Promise<Probe<unknown>> {
    const signal = this.host.giveUp ?? new AbortController().signal;
    const {host} = this;
    const kept = keptToLook(host, connection.target.id);
    const rest = {connection, scope, signal, kept, now: host.now, onBytes: () => undefined};
    const probe = await lookingAgain(host, () =>
      reading(host, connection.target, reader => connection.backfill.probe(targetIoFor({reader, ...rest}))),
    );
    // A source has its own patience.
    signal.throwIfAborted();
    return probe;
  }

  /** A dry run: it reads, and writes only to the ledger. */
  async rehearse(connection: RunConnection, named: unknown, options: RunOptions): Promise<RunHandle> {
    requireMarksToPublish(connection);
    const scope = await this.complete(connection, named);
    const probe = await this.fineProbe(connection, scope);
    const record = await createRun(this.host, connection, 'dry-run', scope, probe, {
      label: 'dry run',
      options,
    });
    await measureBaseline(this.host, connection, record, probe);
    return this.#start(connection, record, {probe});
  }

  /** The dry run of an undo: what can be put back, and what was changed by somebody since. */
  async rehearseUndo(connection: RunConnection, run: RunRecord): Promise<RunHandle> {
    requireSameEnds(connection, run);
    requireUndoable(run);
    await requireSettled(this.host.ledger, run);
    const probe = await this.fineProbe(connection, run.scope);
    await requireNoObstacle(this.host.ledger, connection, probe);
    const record = await createRun(this.host, connection, 'dry-run', run.scope, probe, {
      label: `dry run of undoing ${run.id}`,
      undoes: run.id,
    });
    return this.#start(connection, record, {probe});
  }

  /** The gates of going live with a dry run's plan, as they stand now. */
  async gates(connection: RunConnection, plan: RunRecord, options: GateOptions): Promise<readonly Gate[]> {
    return (await this.#look(connection, plan, options)).gates;
  }

  /** What there is to know of a dry run's plan before it goes live. It writes nothing. */
  review(connection: RunConnection, plan: RunRecord): Promise<Review> {
    return reviewPlan(this, connection, plan);
  }

  async #look(
    connection: RunConnection,
    plan: RunRecord,
    options: GateOptions,
  ): Promise<{readonly probe: Probe<unknown>; readonly gates: readonly Gate[]}> {
    const probe = await this.probe(connection, plan.scope);
    const gates = await reading(this.host, connection.target, reader =>
      lookAtGates(this.host, connection, plan, probe, reader, options),
    );
    return {probe, gates};
  }

  /** Executes the plan of a dry run, through its gates; then verifies. A plan without changes ends there. */
  async live(connection: RunConnection, plan: RunRecord, options: LiveOptions): Promise<RunHandle> {
    // Whoever typed the name allows writing, and so what a killed writer left to be settled.
    if (options.confirm === connection.target.name) await connection.target.recover();
    const {probe, gates} = await this.#look(connection, plan, options);
    requireOpen(gates);
    const {ledger} = this.host;
    const mode: RunMode = plan.undoes === null ? 'live' : 'undo';
    const record = await createRun(this.host, connection, mode, plan.scope, probe, {
      label: connection.target.marks ? 'rehearsed' : 'rehearsed, advisory (no marks)',
      rehearsedBy: plan.id,
      undoes: plan.undoes,
      options: {...options, fresh: optionsOf(plan).fresh},
    });
    if (!(await ledger.runs.use(plan, record.id))) {
      await ledger.runs.discard(record.id);
      throw planLost(await ledger.runs.get(plan.id));
    }
    await this.#audit(mode, record.id, `plan ${plan.id}, confirmed by typing ${options.confirm ?? ''}`);
    const idle = changedOf(plan.tally) === 0;
    if (idle) await ledger.runs.adopt(plan.id, record.id);
    const {acceptNew, takeOver} = options;
    const handle = await this.#start(connection, record, {
      probe,
      plan,
      idle,
      acceptNew,
      takeOver,
      verifies: mode === 'live',
    });
    return {...handle, done: givePlanBack(this.host, handle, plan)};
  }

  /** A live run without a plan: an API call, a scheduled job, one batch. Labelled unrehearsed, held by budgets. */
  async unrehearsed(connection: RunConnection, named: unknown, options: RunOptions): Promise<RunHandle> {
    const scope = await this.complete(connection, named);
    const probe = await this.fineProbe(connection, scope);
    const record = await createRun(this.host, connection, 'live', scope, probe, {
      label: 'unrehearsed',
      options,
    });
    await this.#audit('unrehearsed', record.id, '');
    return this.#start(connection, record, {probe});
  }

  /** Measures invariants and coverage, and keeps the results: a run of mode `verify`. */
  verify(connection: Connection, options: VerifyOptions): Promise<VerifyHandle> {
    return startVerify(this, connection, options);
  }

  /** What is missing of a coverage group, item by item, as it is now. */
  missing(connection: Connection, options: MissingOptions): AsyncIterable<MissingPage> {
    return missing(this.host, connection, options);
  }

  /** Goes on where a run stopped. One that ended incomplete takes up only its open items and failed partitions. */
  async resume(connection: RunConnection, run: RunRecord, options: ResumeOptions): Promise<RunHandle> {
    requireSameEnds(connection, run);
    requireResumable(run);
    const {ledger} = this.host;
    if (run.mode !== 'dry-run') await connection.target.recover();
    const probe = await this.fineProbe(connection, run.scope);
    requireSameSchema(probe, run);
    const plan = run.rehearsedBy === null ? null : await ledger.runs.find(run.rehearsedBy);
    const isAllTaken = await ledger.partitions.isAllTaken(run.id);
    const {retry, idle} = takenUp(run, plan, isAllTaken, options.kind);
    await claimRun(this.host, run);
    await this.#audit('resume', run.id, options.kind ?? '');
    if (idle && plan !== null && !run.discovered) await ledger.runs.adopt(plan.id, run.id);
    return this.#execute(connection, run.id, {
      probe,
      plan,
      acceptNew: options.acceptNew,
      acceptDrift: options.acceptDrift,
      takeOver: options.takeOver,
      retry,
      idle,
      verifies: run.mode === 'live' && plan !== null,
      ...(options.rate == null ? {} : {rate: options.rate}),
    });
  }

  /** A probe without errors. */
  async fineProbe(connection: Connection, scope: unknown): Promise<Probe<unknown>> {
    const probe = await this.probe(connection, scope);
    requireFine(probe);
    return probe;
  }

  async #start(
    connection: RunConnection,
    {id}: RunRecord,
    options: Partial<Execution> & Pick<Execution, 'probe'>,
  ): Promise<RunHandle> {
    const {ledger, self, now, at} = this.host;
    await ledger.runs.move(id, 'running', {holder: self.holder, at: now()});
    at('run-created');
    return this.#execute(connection, id, options);
  }

  async #execute(
    connection: RunConnection,
    id: string,
    options: Partial<Execution> & Pick<Execution, 'probe'>,
  ): Promise<RunHandle> {
    const record = await this.host.ledger.runs.get(id);
    return execute(this.host, executionOf(record, connection, options));
  }

  #audit(action: string, run: string, detail: string): Promise<void> {
    const {ledger, self, now} = this.host;
    return ledger.audit.write({at: now(), who: self.user, host: self.holder.host, action, run, detail});
  }
}
