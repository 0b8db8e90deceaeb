import type {Stream} from '../backfills/repositories.ts';
import {OperatorError} from '../core/operator-error.ts';
import {Reservoir} from '../core/reservoir.ts';
import type {RunContext} from './context.ts';
import type {DiscoveryFacts, UnreadStream} from './estimate-repository-facts.ts';
import {type Asking, askStream, faultOf} from './read-streams.ts';
import {stopReasonOf} from './run-partitions.ts';
import type {RepositoriesWork} from './work.ts';

export interface Discovered {
  readonly facts: DiscoveryFacts;
  /** Drawn at random from all that were found. */
  readonly drawn: readonly string[];
}

export interface DiscoveryOptions {
  readonly context: Asking & Pick<RunContext, 'now' | 'stop'>;
  readonly repositories: Pick<RepositoriesWork, 'streams' | 'discover'>;
  /** How many are drawn. */
  readonly sample: number;
  /** Told from time to time how many were found. */
  readonly say: (found: number) => void;
  /** More than so many are not counted. */
  readonly most?: number;
}

/** Their names are all that is remembered of them, so that none counts twice: 140 MB for so many of 32 characters (seen). */
const mostFound = 2_000_000;
/** How often it is said how far it has come. */
export const progressMs = 2_000;

/**
 * Reads every stream to its end, as a run would, and draws a uniform sample from all that they list: what was listed
 * before is neither counted nor offered again. A stream that can't be read any further is left, and named.
 */
export async function discoverAll(options: DiscoveryOptions): Promise<Discovered> {
  const {context, repositories, sample, say, most = mostFound} = options;
  const {now, random, halt, stop} = context;
  const startedAt = now();
  const seen = new Set<string>();
  const drawn = new Reservoir<string>(sample, random);
  const failed: UnreadStream[] = [];
  let doubles = 0;
  let requests = 0;
  let isLeast = false;
  let saidAt = startedAt;
  const take = (ids: readonly string[]) => {
    for (const id of ids)
      if (seen.has(id)) doubles++;
      else if (seen.size >= most) isLeast = true;
      else {
        seen.add(id);
        drawn.offer(id);
      }
    if (now() - saidAt < progressMs) return;
    saidAt = now();
    say(seen.size);
  };
  const read = async (stream: Stream) => {
    for (let cursor: string | null = null; !isLeast; ) {
      const page = await askStream(context, repositories, stream, cursor);
      if (stream.host !== null) requests++;
      take(page.ids);
      if (page.cursor === null) return;
      cursor = page.cursor;
    }
  };
  const streams = repositories.streams();
  await Promise.all(
    streams.map(async stream => {
      try {
        await read(stream);
      } catch (error) {
        halt.throwIfAborted();
        const fault = faultOf(error);
        if (fault === null) {
          stop('halt', stopReasonOf(error));
          throw error;
        }
        failed.push({stream: stream.id, group: stream.group, ...fault});
      }
    }),
  );
  if (failed.length > 0 && failed.length === streams.length && seen.size === 0) throw nothingListed(failed);
  return {
    facts: {
      found: seen.size,
      isLeast,
      doubles,
      requests,
      seconds: (now() - startedAt) / 1_000,
      streams: streams.length,
      failed,
    },
    drawn: drawn.kept,
  };
}

function nothingListed(failed: readonly UnreadStream[]): OperatorError {
  const [first] = failed;
  return new OperatorError(
    failed.some(({kind}) => kind === 'denied') ? 'auth' : 'failed',
    `nothing could be listed (${first === undefined ? '' : `${first.stream}: ${first.message}`})`,
    'Name another relay (--relay URL), or the accounts (--did), or try again later, and estimate again.',
  );
}
