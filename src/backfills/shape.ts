import type {FaultData} from '../core/failure.ts';
import type {Reader} from '../databases/database.ts';
import type {Kept} from './kept.ts';

/** The types that a backfill is made of. Found and Change are JSON: the ledger keeps them. */
export interface Shape {
  readonly scope: unknown;
  /** What the config says of its system. */
  readonly options: unknown;
  readonly source: unknown;
  /** What the probe learned, for generating statements. */
  readonly facts: unknown;
  readonly item: Item;
  readonly found: unknown;
  readonly change: Change;
}

/** An item as listed. */
export interface Item {
  readonly key: string;
  /** Bytes that inspecting it would read. */
  readonly size: number;
  /** Bytes of rows that its decision holds, where a change has them whole: pages are cut by them too. */
  readonly rowBytes?: number;
  /** Equal fingerprints prove that inspection would find the same; null where nothing proves it. */
  readonly fingerprint: string | null;
  /** Milliseconds since the epoch, where the source dates its items: for people, and never compared. */
  readonly modifiedAt?: number;
  readonly skip?: string;
  readonly fault?: FaultData;
}

export interface Change {
  readonly key: string;
}

export interface Inspected<S extends Shape> {
  /** The item as it was when it was read: it may have changed since it was listed. */
  readonly item: S['item'];
  readonly found: S['found'];
  /** That were read from the source for it. */
  readonly bytes: number;
}

/** What a backfill may use while it works. The target can only be read: the engine alone writes. */
export interface Io<S extends Shape> {
  readonly source: S['source'];
  readonly target: Reader;
  readonly scope: S['scope'];
  readonly options: S['options'];
  readonly signal: AbortSignal;
  /**
   * Runs a request to one of many hosts within that host's limit. A fault is thrown as it is: a listing that breaks is
   * taken up again by the engine, and a host that is down ends it by an error of the engine's own.
   */
  placed<T>(host: string, request: () => Promise<T>): Promise<T>;
  /** Runs a request to a host within its limit, with retries. The last fault is thrown. */
  limited<T>(host: string, request: () => Promise<T>): Promise<T>;
  /** Small stores that the ledger keeps. */
  readonly kept: Kept;
  /** Told of every chunk of bytes that was read from the source. */
  readonly onBytes: (count: number) => void;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** For what can also be done without a source. */
export interface TargetIo<S extends Shape> extends Omit<Io<S>, 'source'> {
  readonly source: S['source'] | null;
}
