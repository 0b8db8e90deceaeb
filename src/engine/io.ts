import type {Kept} from '../backfills/kept.ts';
import type {Io, Shape, TargetIo} from '../backfills/shape.ts';
import type {Reader} from '../databases/database.ts';
import type {Connection, RunConnection} from './connection.ts';

export interface IoOptions {
  readonly connection: Connection;
  readonly reader: Reader;
  readonly scope: unknown;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly onBytes: (count: number) => void;
  readonly kept: Kept;
  /** Where nothing keeps hosts within limits, a request is made at once. */
  readonly placed?: Io<Shape>['placed'];
  readonly limited?: Io<Shape>['limited'];
}

/** What a backfill may use: it reads, and can't write. */
export function ioFor(options: IoOptions & {readonly connection: RunConnection}): Io<Shape> {
  return {...targetIoFor(options), source: options.connection.source};
}

export function targetIoFor({
  connection,
  reader,
  scope,
  signal,
  now,
  onBytes,
  kept,
  placed = atOnce,
  limited = atOnce,
}: IoOptions): TargetIo<Shape> {
  const options = connection.options ?? connection.backfill.options.parse(undefined);
  const rest = {signal, now, onBytes, kept, placed, limited};
  return {source: connection.source, target: reader, scope, options, ...rest};
}

function atOnce<T>(_host: string, request: () => Promise<T>): Promise<T> {
  return request();
}
