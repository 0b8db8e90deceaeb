import {Fault, type FaultData} from '../core/failure.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {RunContext} from './context.ts';
import {HostStage} from './host-stage.ts';
import type {RepositoriesWork} from './work.ts';

/** Directories are asked by a handful at once: they are shared by everybody. */
export const directoryLimits = {hosts: 8, perHost: 8, turns: 256};
/** Resolved repositories that go into the ledger together. */
const savedTogether = 200;

export interface ResolverOptions {
  readonly context: RunContext;
  readonly repositories: RepositoriesWork;
  readonly resolved: (id: string, address: string) => void;
  readonly giveUp: (ids: readonly string[], fault: FaultData, attempts: number) => Promise<void>;
  readonly moved: () => void;
  readonly failed: (error: unknown) => void;
}

/** Finds out where repositories are. The ledger learns of many at once: after a crash the last ones are asked again. */
export class Resolver {
  readonly stage: HostStage<string>;
  readonly #options: ResolverOptions;
  #unsaved: (readonly [id: string, address: string])[] = [];

  constructor(options: ResolverOptions) {
    const {context, giveUp, moved, failed} = options;
    const {hosts, now} = context;
    this.#options = options;
    this.stage = new HostStage({
      hosts,
      limits: directoryLimits,
      now,
      work: (id, host) => this.#resolve(id, host),
      giveUp,
      moved,
      failed,
    });
  }

  add(id: string): void {
    this.stage.add(this.#options.repositories.resolverOf(id), id);
  }

  /** What was found out so far is in the ledger. */
  async flush(): Promise<void> {
    const saved = this.#unsaved;
    if (saved.length === 0) return;
    this.#unsaved = [];
    const {ledger, run, at} = this.#options.context;
    await ledger.repositories.resolved(run, saved);
    at('repositories-resolved');
  }

  async #resolve(id: string, host: string): Promise<void> {
    const {context, repositories, resolved, giveUp} = this.#options;
    const {settings, halt, random, hosts, state, emit} = context;
    const onRetry = (attempt: number, waitMs: number, fault: Fault) =>
      emit({type: 'retrying', host, attempt, waitMs, fault});
    let address: string;
    try {
      address = await retrying({attempts: settings.attempts, signal: halt, random, onRetry}, () =>
        hosts.placed(host, () => repositories.resolve(id)),
      );
    } catch (error) {
      if (halt.aborted) return;
      if (!(error instanceof Exhausted)) throw error;
      // A host that is down is the stage's to wait for; an error of our own is nobody's.
      if (!(error.cause instanceof Fault)) throw error.cause;
      await giveUp([id], error.cause, error.attempts);
      return;
    }
    state.repositoriesResolved(1);
    this.#unsaved.push([id, address]);
    if (this.#unsaved.length >= savedTogether) await this.flush();
    resolved(id, address);
  }
}
