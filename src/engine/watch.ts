import {Fault, isRetryable} from '../core/failure.ts';
import type {StopReason} from '../core/run.ts';
import type {EngineHost} from './engine-host.ts';
import type {HeldLease} from './lease.ts';
import type {Stopper} from './run-handle.ts';

/** How often the ledger is asked whether another terminal wants the run to pause. */
const pollMs = 100;
/** How often the run's row says that its process is alive. */
export const beatMs = 5_000;

/** While a run works: obeys requests from other terminals, and keeps its lease alive once it has one. Ends with `stop`. */
export function watchRun(
  host: EngineHost,
  run: string,
  stopper: Stopper,
  held: () => HeldLease | null,
): {stop(): Promise<void>} {
  let busy: Promise<void> | null = null;
  let renewedAt = host.now();
  let beatenAt = host.now();
  const renewMs = (host.settings.leaseSeconds * 1_000) / 3;

  const look = async () => {
    const request = await host.ledger.runs.requested(run, host.self.holder.name);
    if (request !== null) stopper.stop('halt', reasons[request]);
    if (host.now() - beatenAt >= beatMs) {
      beatenAt = host.now();
      await host.ledger.runs.beat(run, beatenAt);
    }
    const lease = held();
    if (lease === null || host.now() - renewedAt < renewMs) return;
    renewedAt = host.now();
    if (!(await renewed(lease))) stopper.stop('halt', reasons.leaseLost);
  };
  const timer = setInterval(() => {
    busy ??= look()
      .catch((error: unknown) => stopper.stop('halt', {by: 'error', message: String(error)}))
      .finally(() => {
        busy = null;
      });
  }, pollMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await busy;
    },
  };
}

/** A target that is busy says nothing about the lease: pages prove it anyway, and it is asked again. */
async function renewed(lease: HeldLease): Promise<boolean> {
  try {
    return await lease.renew();
  } catch (error) {
    if (error instanceof Fault && isRetryable(error.kind)) return true;
    throw error;
  }
}

const reasons = {
  pause: {by: 'operator', message: 'paused from another terminal'},
  cancel: {by: 'cancel', message: 'cancelled from another terminal'},
  lost: {by: 'lost', message: 'another process has taken over this run'},
  leaseLost: {by: 'lost', message: 'another process has taken over the lease of the target'},
} satisfies Record<string, StopReason>;
