import {type FailureKind, Fault, type FaultData, isRetryable} from '../core/failure.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {RunContext} from './context.ts';
import {progressMs} from './estimate-discovery.ts';
import {noKinds} from './estimate-facts.ts';
import type {ByServer, RepositorySample, SampledRepository} from './estimate-repository-facts.ts';
import {readOne} from './estimate-repository-reading.ts';
import {HostStage} from './host-stage.ts';
import {directoryLimits} from './resolver.ts';
import {stopReasonOf} from './run-partitions.ts';
import {downPatienceMs, StageLoop} from './stage-loop.ts';
import type {RepositoriesWork, Work} from './work.ts';

/** What listing one repository took: who tells where it is may be asked again. Requests are counted as limits count them. */
export interface Meter {
  directory: number;
  host: number;
  bytes: number;
}

export interface SampleOptions {
  readonly context: RunContext;
  readonly repositories: RepositoriesWork;
  /** Listing that counts what it takes. */
  readonly metered: (
    meter: Meter,
    servers: {readonly directory: string; readonly host: string},
  ) => Work['list'];
  /** Told from time to time how many were read. */
  readonly say: (read: number) => void;
}

interface Drawn {
  readonly id: string;
  readonly directory: string;
  address: string | null;
  requests: ByServer;
  seconds: ByServer;
}

/**
 * Resolves and reads the repositories that were drawn, as many at once as a run does and within the same limits. Hosts
 * that are down are waited for as a run waits that has nothing else to do; then what they serve counts as failed.
 */
export class SampleReader {
  readonly #options: SampleOptions;
  readonly #resolving: HostStage<Drawn>;
  readonly #reading: HostStage<Drawn>;
  readonly #loop: StageLoop;
  readonly #read: SampledRepository[] = [];
  #saidAt: number;
  #firstFault: string | null = null;
  #error: unknown = null;

  constructor(options: SampleOptions) {
    this.#options = options;
    const {hosts, now, settings, ending} = options.context;
    this.#saidAt = now();
    const common = {
      hosts,
      now,
      giveUp: async (ones: readonly Drawn[], fault: FaultData) => {
        for (const one of ones) this.#failed(one, fault);
      },
      moved: () => this.#loop.stir(),
      failed: (error: unknown) => this.#fail(error),
    };
    this.#resolving = new HostStage({
      ...common,
      limits: directoryLimits,
      work: (one, host) => this.#resolve(one, host),
    });
    const {atOnce, repositories} = settings.hosts;
    this.#reading = new HostStage({
      ...common,
      limits: {hosts: atOnce, perHost: repositories, turns: directoryLimits.turns},
      work: one => this.#readOne(one),
    });
    const stages = [this.#resolving, this.#reading];
    this.#loop = new StageLoop({
      stages: () => stages,
      ending,
      now,
      isFed: () => false,
      stranded: async () => {
        const patienceMs = downPatienceMs(settings);
        if (!stages.some(stage => stage.isDownFor(patienceMs))) return false;
        for (const stage of stages) await stage.giveUpAfter(patienceMs);
        return true;
      },
    });
  }

  async read(ids: readonly string[]): Promise<Omit<RepositorySample, 'limited'>> {
    const {context, repositories} = this.#options;
    const {now, halt} = context;
    const startedAt = now();
    for (const id of ids) {
      const directory = repositories.resolverOf(id);
      const one = {id, directory, address: null, requests: nothing, seconds: nothing};
      this.#resolving.add(directory, one);
    }
    await this.#loop.run();
    if (this.#error !== null) throw this.#error;
    halt.throwIfAborted();
    return {
      repositories: this.#read,
      seconds: (now() - startedAt) / 1_000,
      firstFault: this.#firstFault,
    };
  }

  async #resolve(one: Drawn, host: string): Promise<void> {
    const {context, repositories} = this.#options;
    const {settings, halt, random, hosts, emit, now} = context;
    const startedAt = now();
    const onRetry = (attempt: number, waitMs: number, fault: Fault) =>
      emit({type: 'retrying', host, attempt, waitMs, fault});
    const ask = () => {
      one.requests = {...one.requests, directory: one.requests.directory + 1};
      return repositories.resolve(one.id);
    };
    try {
      one.address = await retrying({attempts: settings.attempts, signal: halt, random, onRetry}, () =>
        hosts.placed(host, ask),
      );
      one.seconds = {...one.seconds, directory: (now() - startedAt) / 1_000};
      this.#reading.add(repositories.hostOf(one.address), one);
    } catch (error) {
      const cause = error instanceof Exhausted ? error.cause : error;
      // A host that is down is the stage's to wait for; an error of our own is nobody's.
      if (!(cause instanceof Fault)) throw cause;
      one.seconds = {...one.seconds, directory: (now() - startedAt) / 1_000};
      this.#failed(one, cause);
    }
  }

  async #readOne(one: Drawn): Promise<void> {
    const {context, repositories, metered} = this.#options;
    const {id, address, directory} = one;
    if (address === null) throw new Error(`${id} is read before it is known where it is`);
    const meter: Meter = {directory: 0, host: 0, bytes: 0};
    const list = metered(meter, {directory, host: repositories.hostOf(address)});
    const startedAt = context.now();
    const reading = await readOne({context, repositories, list}, id, address);
    const {items, pages, lookups, failed} = reading;
    one.requests = {directory: one.requests.directory + meter.directory, host: meter.host + lookups};
    one.seconds = {...one.seconds, host: (context.now() - startedAt) / 1_000};
    if (failed !== null) this.#note(failed);
    this.#add(one, failed?.kind ?? null, {items, pages, bytes: meter.bytes});
  }

  #failed(one: Drawn, fault: FaultData): void {
    this.#note(fault);
    this.#add(one, fault.kind, {items: noKinds, pages: 0, bytes: 0});
  }

  #note({kind, message}: FaultData): void {
    if (isRetryable(kind)) this.#firstFault ??= message;
  }

  #add(
    {id, directory, address, requests, seconds}: Drawn,
    failed: FailureKind | null,
    found: Pick<SampledRepository, 'items' | 'pages' | 'bytes'>,
  ): void {
    const {repositories, context, say} = this.#options;
    const host = address === null ? '' : repositories.hostOf(address);
    this.#read.push({id, host, directory, failed, ...found, requests, seconds});
    if (context.now() - this.#saidAt < progressMs) return;
    this.#saidAt = context.now();
    say(this.#read.length);
  }

  #fail(error: unknown): void {
    const {halt, stop} = this.#options.context;
    if (halt.aborted) return;
    this.#error ??= error;
    stop('halt', stopReasonOf(error));
    this.#loop.stir();
  }
}

const nothing: ByServer = {directory: 0, host: 0};
