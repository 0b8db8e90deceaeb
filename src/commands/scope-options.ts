import {OperatorError} from '../core/operator-error.ts';
import type {Connection} from '../engine/connection.ts';
import {decodeCursor} from './cursor.ts';
import {scopeError} from './scope-flags.ts';

/** What the flags say of a scope, before the backfill's own schema has seen it. */
export interface ScopeOptions {
  readonly prefix?: string;
  readonly since?: string;
  readonly maxObjects?: number;
  readonly startAfter?: string;
  readonly cursor?: string;
  readonly bucket?: string;
  readonly collection?: readonly string[];
  readonly did?: readonly string[];
  readonly proofs?: boolean;
  readonly user?: string;
  readonly provider?: string | undefined;
}

/** What is read, and of it: the prefix that the source was named with, or a longer one. */
export function scopeOf(
  {backfill, source}: Pick<Connection, 'backfill' | 'source'>,
  options: ScopeOptions,
): unknown {
  if (options.cursor !== undefined && options.startAfter !== undefined)
    throw new OperatorError(
      'usage',
      '--cursor and --start-after both say where to begin',
      'Give one of them.',
    );
  const prefix = prefixOf(source?.prefix ?? '', options.prefix);
  const parsed = backfill.scope.safeParse({
    ...(prefix === '' ? {} : {prefix}),
    ...(options.collection === undefined ? {} : {collections: options.collection}),
    ...(options.did === undefined ? {} : {dids: options.did}),
    ...(options.proofs === undefined ? {} : {proofs: options.proofs}),
    ...(options.user === undefined ? {} : {user: options.user}),
    ...(options.provider === undefined ? {} : {provider: options.provider}),
    ...(options.since === undefined ? {} : {since: timeOf(options.since)}),
    ...(options.maxObjects === undefined ? {} : {maxItems: options.maxObjects}),
    ...(options.startAfter === undefined ? {} : {startAfter: options.startAfter}),
    ...(options.bucket === undefined ? {} : {bucket: options.bucket}),
    ...(options.cursor === undefined ? {} : {startAfter: decodeCursor(options.cursor)}),
  });
  if (parsed.success) return parsed.data;
  throw scopeError(backfill, parsed.error.issues, options.cursor !== undefined);
}

function prefixOf(ofSource: string, given: string | undefined): string {
  if (given === undefined || given.startsWith(ofSource)) return given ?? ofSource;
  throw new OperatorError(
    'usage',
    `--prefix ${given} lies outside of the source, which was named with the prefix ${ofSource}`,
    'Keys are whole keys: give a prefix that begins with that of the source, or name the bucket alone.',
  );
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new OperatorError(
      'usage',
      `--since ${text}: this is not a time`,
      'Give an ISO 8601 time, such as 2026-11-20 or 2026-11-20T05:12:00Z.',
    );
  // Buckets tell whole seconds: what was put there within this one is meant as well.
  return Math.floor(time / 1_000) * 1_000;
}
