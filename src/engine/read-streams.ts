import type {Stream} from '../backfills/repositories.ts';
import {Fault, type FaultData} from '../core/failure.ts';
import {openPrefix} from '../ledger/counted.ts';
import type {StreamRecord} from '../ledger/repositories.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {RunContext} from './context.ts';
import {HostDown} from './hosts.ts';
import {isStop} from './run-handle.ts';
import {downPatienceMs} from './stage-loop.ts';
import type {RepositoriesWork} from './work.ts';

export interface StreamsOptions {
  readonly context: RunContext;
  readonly repositories: RepositoriesWork;
  /** Resolves when there is room for another page, or the run ends. */
  readonly room: () => Promise<void>;
  /** Told of repositories that were not known before, once the ledger has them. */
  readonly found: (ids: readonly string[]) => void;
}

/** Repositories of the plan that nothing lists any more are found too: what became of their items is to be named. */
const planStream = 'plan';
const planPage = 1_000;

/**
 * Reads every stream from its cursor to its end, all at once and never further ahead than there is room. A page, its
 * cursor and its counts are one step in the ledger. A stream that can't be read any further is a failure by name.
 */
export async function readStreams(options: StreamsOptions): Promise<void> {
  const {context, repositories} = options;
  const {ledger, run, plan} = context;
  const streams = repositories.streams();
  const wanted = plan === null ? streams : [...streams, {id: planStream, host: null, group: ''}];
  const known = await ledger.repositories.streams(run, wanted);
  await Promise.all(
    wanted.map(stream => {
      const record = known.find(({id}) => id === stream.id);
      return record === undefined || record.status !== 'open' ? null : readStream(options, stream, record);
    }),
  );
  if (context.ending.aborted) return;
  await ledger.runs.set(run, {discovered: 1});
  context.state.repositoriesDiscovered();
  context.at('partitions-found');
}

async function readStream(options: StreamsOptions, stream: Stream, record: StreamRecord): Promise<void> {
  const {context, repositories, room, found} = options;
  const {ledger, run, emit, state, at, ending} = context;
  try {
    for (let cursor = record.cursor; ; ) {
      await room();
      if (ending.aborted) return;
      const page = await pageOf(options, stream, cursor);
      const {id, group} = stream;
      const listed = [...new Set(page.ids)].map(name => ({id: name, ...repositories.range(name)}));
      const fresh = await ledger.repositories.found(run, {
        stream: id,
        group,
        repositories: listed,
        cursor: page.cursor,
      });
      state.partitionFound(fresh.length);
      emit({type: 'discovered', stream: id, partitions: fresh.length});
      at('repositories-found');
      found(fresh);
      if (page.cursor === null) return;
      cursor = page.cursor;
    }
  } catch (error) {
    if (context.halt.aborted || (ending.aborted && isStop(error))) return;
    const fault = faultOf(error);
    if (fault === null) throw error;
    await ledger.repositories.streamFailed(run, stream.id, fault);
    emit({type: 'failure', partition: stream.id, key: '', fault, isStream: true});
  }
}

function pageOf(
  {context, repositories}: StreamsOptions,
  stream: Stream,
  cursor: string | null,
): ReturnType<RepositoriesWork['discover']> {
  return stream.id === planStream
    ? pageOfPlan(context, cursor)
    : askStream({...context, halt: context.ending}, repositories, stream, cursor);
}

/** What it takes to ask somebody within limits. */
export type Asking = Pick<RunContext, 'settings' | 'halt' | 'random' | 'hosts' | 'emit' | 'now'>;

/**
 * A page of a stream, within its host's limit and with retries. One that is down is waited for as long as those that
 * serve are: nobody else may know what it lists.
 */
export function askStream(
  {settings, halt, random, hosts, emit, now}: Asking,
  repositories: Pick<RepositoriesWork, 'discover'>,
  stream: Stream,
  cursor: string | null,
): ReturnType<RepositoriesWork['discover']> {
  const {host} = stream;
  const page = () => repositories.discover(stream, cursor);
  if (host === null) return page();
  const onRetry = (attempt: number, waitMs: number, fault: Fault) =>
    emit({type: 'retrying', host, attempt, waitMs, fault});
  const patience = {forMs: downPatienceMs(settings), now};
  const until = now() + patience.forMs;
  return retrying({attempts: settings.attempts, patience, signal: halt, random, onRetry}, async () => {
    const known = hosts.down(host);
    if (known !== null && known.until <= now()) hosts.tryAgain(host);
    try {
      return await hosts.placed(host, page);
    } catch (error) {
      const down = hosts.down(host);
      if (!(error instanceof HostDown) || down === null || down.until >= until) throw error;
      const {kind, message} = down.fault;
      throw new Fault(kind, message, {host, retryAfterMs: Math.max(0, down.until - now())});
    }
  });
}

async function pageOfPlan({ledger, plan}: RunContext, cursor: string | null) {
  const ids =
    plan === null ? [] : await ledger.pages.partitionsBeyond(plan.run, 'plan', cursor ?? '', planPage);
  return {
    ids: ids.filter(id => !id.startsWith(openPrefix)),
    cursor: ids.length < planPage ? null : (ids.at(-1) ?? null),
  };
}

/** What a host or its answer is to blame for; null is an error of our own. */
export function faultOf(error: unknown): FaultData | null {
  if (error instanceof Exhausted) return faultOf(error.cause);
  if (error instanceof HostDown) return error.fault;
  return error instanceof Fault ? {kind: error.kind, message: error.message} : null;
}
