import {listedOf} from '../core/accounting.ts';
import type {RunNews} from '../core/event.ts';
import type {Database, Reader} from '../databases/database.ts';
import {clearEffects} from './clear.ts';
import type {EngineHost} from './engine-host.ts';
import type {Execution} from './execution.ts';
import type {Limiter} from './limiter.ts';
import {giveBack, takeLease} from './live-lease.ts';
import {makeContext} from './make-context.ts';
import {abandonPublication, settlePublication} from './publish.ts';
import {settleIntents} from './recover.ts';
import {Stopper} from './run-handle.ts';
import type {RunState} from './run-state.ts';
import {steadyReader} from './steady-reader.ts';
import {remember} from './verify.ts';

interface Parts {
  readonly host: EngineHost;
  readonly execution: Execution;
  readonly database: Database;
  readonly state: RunState;
  readonly limiter: Limiter;
  readonly emit: (news: RunNews) => void;
}

/**
 * A run that is cancelled is never taken up again, so what became of its last pages is found out before it ends,
 * whatever else was stopped. Where that can't be found out, it throws, and the run has failed instead.
 */
export async function settleForGood(parts: Parts): Promise<void> {
  const {host, execution, database, state} = parts;
  const reader = steadyReader(host, database);
  if (await host.ledger.hasLooseEnds(execution.record.id)) await settlePages(parts, reader);
  if (execution.record.mode === 'undo' && listedOf(state.tally) > 0) await rememberUndone(parts, reader);
}

async function settlePages(parts: Parts, reader: Reader): Promise<void> {
  const {host, execution, database, emit} = parts;
  const stopper = new Stopper(() => undefined);
  const {lease, marks} = await takeLease({host, execution, database, signal: stopper.halt, emit});
  const context = makeContext({...parts, stopper, reader, lease: marks});
  await settleIntents(context, reader, marks !== null);
  await settlePublication(context, reader);
  await abandonPublication(context);
  await context.work.abandon?.();
  await clearEffects(context);
  if (lease !== null) await giveBack(lease, true, emit);
}

/** What an undo has put back is no change of somebody else's. */
function rememberUndone({host, execution, limiter, emit}: Parts, reader: Reader): Promise<void> {
  const {record, connection, probe, scope} = execution;
  const {signal} = new AbortController();
  const run = record.id;
  const none = {causesFrom: null, sample: 0};
  return remember({host, connection, reader, scope, probe, run, signal, limiter, emit, ...none});
}
