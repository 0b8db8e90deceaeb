import type {AnyBackfill} from '../backfills/registry.ts';
import type {Service} from '../core/service.ts';
import type {Target} from '../databases/database.ts';

/** A backfill with its two ends. The source is whatever the backfill reads from: the engine does not look into it. */
export interface Connection {
  readonly backfill: AnyBackfill;
  /** Null where only the target is looked at: verify, coverage and migrate can do without. */
  readonly source: Source | null;
  readonly target: Target;
  /** What the config says of the backfill's system; without it everything is as by default. */
  readonly options?: unknown;
}

/** A connection that a run can work on. */
export interface RunConnection extends Connection {
  readonly source: Source;
}

export interface Source {
  readonly id: string;
  readonly label: string;
  /** Whose prices and limits apply, where that is known. */
  readonly service?: Service;
  /** What a run is narrowed to where nothing else is said. */
  readonly prefix?: string;
}
