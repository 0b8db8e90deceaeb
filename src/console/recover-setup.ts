import {findRecovery, readsTarget} from '../backfills/registry.ts';
import type {Ending} from '../core/exit-code.ts';
import type {RunConnection} from '../engine/connection.ts';
import type {RunResult} from '../engine/execution.ts';
import {recover} from '../engine/recovery.ts';
import type {FollowedRun} from '../engine/recovery-options.ts';
import type {RecoveryTyped} from './recovery-dialog.ts';
import type {RecoveryEvent} from './recovery-view.ts';
import type {Setup} from './setup.ts';
import {troubleOf} from './trouble.ts';
import type {WorkOptions} from './work.ts';

export interface RecoverSetupOptions {
  readonly connect: () => Promise<RunConnection>;
  readonly signal: AbortSignal;
  readonly follow: (run: FollowedRun | null) => void;
  readonly ended: (result: RunResult) => void;
}

/** One recovery from its beginning to its end, told as it goes. What goes wrong is its last event, and rejects nothing. */
export async function recoverSetup(
  {engine, send, watchSeconds}: WorkOptions,
  setup: Setup,
  typed: RecoveryTyped | null,
  {connect, signal, follow, ended}: RecoverSetupOptions,
): Promise<{readonly event: RecoveryEvent; readonly endings: readonly Ending[] | null}> {
  const {name, backfill, prefix} = setup;
  const tell = (event: RecoveryEvent) => send({type: 'recovery', setup: name, event});
  tell({type: 'begun', isMending: typed !== null});
  try {
    const {target, source, options} = await connect();
    const {endings} = await recover(engine, {
      recovery: findRecovery(backfill.system),
      target,
      source: readsTarget(backfill) ? null : source,
      options,
      prefix,
      confirm: typed?.confirm ?? null,
      whole: typed?.whole ?? null,
      takeOver: null,
      watchSeconds,
      acceptWriters: typed?.acceptWriters ?? false,
      signal,
      tell: news => tell({type: 'news', news}),
      follow,
      ended,
    });
    const isStopped = signal.aborted || endings.includes('paused');
    return {event: {type: 'ended', how: isStopped ? 'given up' : 'done'}, endings};
  } catch (error) {
    if (signal.aborted) return {event: {type: 'ended', how: 'given up'}, endings: null};
    return {event: {type: 'failed', trouble: troubleOf(error, setup)}, endings: null};
  }
}
