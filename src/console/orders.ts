import type {FailureKind} from '../core/failure.ts';
import {cancelAtRest} from '../engine/cancel-run.ts';
import {nothingTyped} from '../engine/live-gates.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Begin} from './beginnings.ts';
import type {Setup} from './setup.ts';

/** What may be begun on a setup, one at a time. */
export interface Order {
  /** What is said where it could not begin. */
  readonly failed: string;
  readonly begin: Begin;
  readonly as?: 'atWork' | 'verifying';
}

/** What was typed before a plan goes live. */
export interface LiveTyped {
  readonly confirm: string;
  readonly acceptedFailures: number | null;
  readonly acceptedListed: number | null;
  readonly whole: string | null;
}

export interface Resuming {
  readonly acceptNew: boolean;
  readonly acceptDrift: boolean;
  /** Only what failed so. */
  readonly kind?: FailureKind | null;
}

export function rehearsal(setup: Setup, {fresh}: {readonly fresh: boolean}): Order {
  return {
    failed: 'The dry run could not begin',
    begin: (connection, engine) => engine.rehearse(connection, setup.scope(connection), {fresh}),
  };
}

export function undoRehearsal(run: RunRecord): Order {
  return {
    failed: 'The undo could not be looked at',
    begin: (connection, engine) => engine.rehearseUndo(connection, run),
  };
}

export function liveRun(plan: RunRecord, typed: LiveTyped): Order {
  return {
    failed: 'Not going live',
    begin: (connection, engine) =>
      engine.live(connection, plan, {
        ...nothingTyped,
        ...typed,
        acceptNew: false,
        ...(plan.undoes === null ? {} : {undoes: plan.undoes}),
      }),
  };
}

export function resumption(run: RunRecord, {kind = null, ...accepting}: Resuming): Order {
  return {
    failed: 'The run could not go on',
    begin: (connection, engine) => engine.resume(connection, run, {...accepting, takeOver: null, kind}),
  };
}

export function verification(setup: Setup): Order {
  return {
    failed: 'The verification could not begin',
    begin: (connection, engine) =>
      engine.verify(connection, {
        scope: setup.scope(connection),
        sample: engine.host.settings.sample,
        reads: ['target', 'rows', 'listing', 'bytes'],
        coverage: true,
        only: null,
      }),
    as: 'verifying',
  };
}

/** Of a run that rests. */
export function cancellation(run: RunRecord): Order {
  return {
    failed: `Run ${run.id} could not be cancelled`,
    begin: (connection, engine) => cancelAtRest(engine, () => Promise.resolve(connection), run),
  };
}
