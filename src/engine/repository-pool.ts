import type {Stream} from '../backfills/repositories.ts';
import type {FaultData} from '../core/failure.ts';
import type {RunContext} from './context.ts';
import {HostStage, type Stage} from './host-stage.ts';
import {isOfHost} from './hosts.ts';
import {PartitionRunner} from './partition-runner.ts';
import {faultOf, readStreams} from './read-streams.ts';
import {Resolver} from './resolver.ts';
import {fresh, stopReasonOf} from './run-partitions.ts';
import {downPatienceMs, StageLoop} from './stage-loop.ts';
import type {RepositoriesWork} from './work.ts';

/** Turns that a host has before it makes room for one that waits. */
const turns = 256;

interface Located {
  readonly id: string;
  readonly address: string;
  /** Some of its pages may be checkpointed. */
  isBegun: boolean;
}

/**
 * Finds, resolves and reads repositories, all at the same time and never further ahead than the window. Hosts that are
 * down are waited for while there is other work, and for a while after; then what they serve has failed. Left out: what
 * a repository's items are, which its partition runner knows.
 */
export class RepositoryPool {
  readonly #context: RunContext;
  readonly #repositories: RepositoriesWork;
  readonly #reading: HostStage<Located>;
  readonly #resolver: Resolver;
  readonly #loop: StageLoop;
  /** Taken up half read, and to be resolved again: after a retry, or a crash before the ledger knew where they are. */
  readonly #begun = new Set<string>();
  #isDiscovering = true;
  #error: unknown = null;

  constructor(context: RunContext, repositories: RepositoriesWork) {
    const {settings, hosts, now, ending, at} = context;
    this.#context = context;
    this.#repositories = repositories;
    this.#loop = new StageLoop({
      stages: () => this.#stages,
      ending,
      now,
      isFed: () => this.#isDiscovering,
      stranded: () => this.#giveUpDown(),
    });
    const common = {moved: () => this.#loop.stir(), failed: (error: unknown) => this.#fail(error)};
    this.#reading = new HostStage({
      hosts,
      now,
      limits: {hosts: settings.hosts.atOnce, perHost: settings.hosts.repositories, turns},
      work: one => this.#read(one),
      setAside: () => at('repository-set-aside'),
      giveUp: async (ones, fault, tries) => {
        // They wait for one host.
        const [one] = ones;
        const host = one === undefined ? null : repositories.hostOf(one.address);
        const ids = ones.map(({id}) => id);
        await this.#giveUp(ids, fault, tries, host);
      },
      ...common,
    });
    this.#resolver = new Resolver({
      context,
      repositories,
      resolved: (id, address) => this.#add({id, address, isBegun: this.#begun.delete(id)}),
      giveUp: (ids, fault, tries) => this.#giveUp(ids, fault, tries, null),
      ...common,
    });
  }

  get #stages(): readonly Stage[] {
    return [this.#resolver.stage, this.#reading];
  }

  /** Resolves when all repositories have ended, or the run was stopped. Rejects with the first error of our own. */
  async run(): Promise<void> {
    await this.#takeUp();
    const discovered = this.#discover();
    await this.#loop.run();
    await discovered;
    await this.#resolver.flush();
    if (this.#error !== null) throw this.#error;
  }

  /** How many wait for a host that is down. */
  asideFor(host: string): number {
    return this.#stages.reduce((sum, stage) => sum + stage.asideFor(host), 0);
  }

  async #takeUp(): Promise<void> {
    const {ledger, run, state} = this.#context;
    const waiting = await ledger.repositories.waiting(run);
    for (const {id, host, isBegun} of waiting) {
      if (host === null && isBegun) this.#begun.add(id);
      if (host === null) this.#resolver.add(id);
      else this.#add({id, address: host, isBegun});
    }
    state.repositoriesResolved(await ledger.repositories.resolvedCount(run));
  }

  #add(one: Located): void {
    this.#reading.add(this.#repositories.hostOf(one.address), one);
  }

  async #discover(): Promise<void> {
    try {
      await readStreams({
        context: this.#context,
        repositories: this.#repositories,
        room: () => this.#room(),
        found: ids => {
          for (const id of ids) this.#resolver.add(id);
          this.#loop.stir();
        },
      });
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isDiscovering = false;
      this.#loop.stir();
    }
  }

  /** What is set aside does not fill the window: a dead host would be the end of discovery. */
  async #room(): Promise<void> {
    const {ending, settings} = this.#context;
    while (!ending.aborted && this.#loop.waiting >= settings.hosts.window) await this.#loop.stirred;
  }

  /** There is nobody left to ask but hosts that are down. True where some were given up, or the run was paused. */
  async #giveUpDown(): Promise<boolean> {
    const {settings, ledger, run, stop} = this.#context;
    const patienceMs = downPatienceMs(settings);
    const isDue = this.#stages.some(stage => stage.isDownFor(patienceMs));
    if (!isDue) return false;
    const fault = await this.#cutOff();
    if (fault !== null) {
      // What could not be listed any further is read on with the rest.
      await ledger.repositories.reopenStreams(run);
      stop('drain', {by: 'budget', message: `no host answers any more (${fault.message})`});
      return true;
    }
    for (const stage of this.#stages) await stage.giveUpAfter(patienceMs);
    return true;
  }

  /** Whether it may be we who are cut off: then nobody who lists answers either, and nobody has failed. */
  async #cutOff(): Promise<FaultData | null> {
    const streams = new Map(this.#repositories.streams().map(stream => [stream.host, stream]));
    let last: FaultData | null = null;
    for (const [host, stream] of streams) {
      const fault = host === null ? null : await this.#silence(host, stream);
      if (fault === null) return null;
      last = fault;
    }
    return last;
  }

  /** Why a host that lists does not answer; null where it does. */
  async #silence(host: string, stream: Stream): Promise<FaultData | null> {
    const {hosts} = this.#context;
    try {
      hosts.tryAgain(host);
      await hosts.placed(host, () => this.#repositories.discover(stream, null));
      return null;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === null) throw error;
      return isOfHost(fault) ? fault : null;
    }
  }

  async #read(one: Located): Promise<void> {
    const {ledger, run, ending} = this.#context;
    if (ending.aborted) return;
    const {id, address} = one;
    const known = one.isBegun ? await ledger.partitions.among(run, [id]) : [];
    const [record = fresh({id, kind: 'repository', of: null, ...this.#repositories.range(id)})] = known;
    one.isBegun = true;
    await new PartitionRunner(this.#context, {...record, host: address}).run();
  }

  async #giveUp(ids: readonly string[], fault: FaultData, tries: number, host: string | null): Promise<void> {
    const {ledger, run, state, emit, now} = this.#context;
    // Where they are is told with the failure.
    await this.#resolver.flush();
    await ledger.repositories.fail(run, ids, fault, now(), tries);
    for (const id of ids) {
      state.partitionEnded('failed');
      emit({type: 'failure', partition: id, key: '', fault, ...(host === null ? {} : {host})});
      emit({type: 'partition', partition: id, state: 'failed'});
    }
  }

  #fail(error: unknown): void {
    this.#error ??= error;
    this.#context.stop('halt', stopReasonOf(error));
    this.#loop.stir();
  }
}
