import type {Probe} from '../core/probe.ts';
import type {UploadRecord} from '../core/uploads.ts';
import type {Io, Shape} from './shape.ts';

/** What clearing may use: it takes as long as there is something to take away. */
export interface Clearing {
  /** Tells what could not be taken away: it stays on record as made. */
  warn(message: string): void;
  /** Told after each part, with how many were taken away: a crash here takes nothing away twice. */
  cleared(removed: number): void;
}

export interface EffectUse {
  /** As the operator names it. */
  readonly at: string;
  readonly isLocal: boolean;
  readonly requests: number;
}

/**
 * What changes do outside of the target before their rows are written: uploads. An effect has a name of its own, so that
 * one that was made before, by a run that was killed then, is recognised instead of made again.
 */
export interface Effects<S extends Shape> {
  /** Whose limit it counts against. */
  host(change: S['change'], io: Io<S>): Promise<string>;
  /** Bytes that it moves. */
  size(change: S['change']): number;
  /** For an estimate and a review: where it is made, and the requests that it takes there where nothing fails; none of a disk. */
  use(change: S['change'], io: Io<S>): Promise<EffectUse>;
  /** Makes it, or finds it made. Throws a Fault, and then the item fails. `onProgress` is told of all bytes that are there. */
  apply(change: S['change'], io: Io<S>, onProgress: (bytes: number) => void): Promise<void>;
  /** Nothing stays of what this run, or the one that it undoes, began and did not end. */
  abandon(io: Io<S>): Promise<void>;
  /** Takes away what this run, or the one that it undoes, has made, and no row needs any more: what is gone already is fine. */
  clear(io: Io<S>, probe: Probe<S['facts']>, clearing: Clearing): Promise<void>;
  /** What was inserted or updated, as the ledger knows it by its content from then on; null where it has no name there. */
  record(change: S['change'], io: Pick<Io<S>, 'now'>): UploadRecord | null;
}
