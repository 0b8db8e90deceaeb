import type {MissingItem} from '../core/checks.ts';
import {OperatorError} from '../core/operator-error.ts';
import {checkIo} from './check-io.ts';
import type {Connection} from './connection.ts';
import type {EngineHost} from './engine-host.ts';
import {Limiter} from './limiter.ts';
import {steadyReader} from './steady-reader.ts';

export interface MissingOptions {
  readonly scope: unknown;
  /** A coverage group; "*" is the whole. */
  readonly group: string;
  /** The run that says why something is missing; null knows of none. */
  readonly causesFrom: string | null;
  readonly signal: AbortSignal;
  /** So many items at most. */
  readonly limit: number;
}

export interface MissingPage {
  readonly items: readonly MissingItem[];
  /** Beyond the limit there is more: this page is the last. */
  readonly isCut: boolean;
}

/** What is missing of a coverage group, in key order, compared now: nothing is kept of it. Listing it is what takes time. */
export async function* missing(
  host: EngineHost,
  connection: Connection,
  {group, limit, ...options}: MissingOptions,
): AsyncGenerator<MissingPage> {
  const {backfill, source, target} = connection;
  if (backfill.missing === undefined)
    throw new OperatorError(
      'usage',
      `${backfill.id} does not tell what is missing item by item`,
      'Its coverage counts it by cause: headgate coverage.',
    );
  if (source === null)
    throw new OperatorError(
      'usage',
      'what is missing is found by comparing with the source',
      'Name it with --source.',
    );
  const {now, settings} = host;
  const limiter = new Limiter({...settings.concurrency, rate: settings.rate, now});
  const reader = steadyReader(host, await target.openReader(), options.signal);
  const emit = () => undefined;
  try {
    const io = checkIo({host, connection, reader, sample: 0, limiter, emit, ...options});
    let left = limit;
    for await (const found of backfill.missing(io, group)) {
      const items = found.slice(0, left);
      left -= items.length;
      const isCut = items.length < found.length;
      if (items.length > 0 || isCut) yield {items, isCut};
      if (isCut) return;
    }
  } finally {
    await reader.close();
  }
}
