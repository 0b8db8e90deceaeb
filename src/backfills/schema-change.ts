import type {Statement} from '../core/sql.ts';
import type {Reader} from '../databases/database.ts';

/** Forth to what a backfill needs, or back to what its tables were. */
export type Way = 'forth' | 'back';

/** What is done to tables that are there: all of it in one transaction, or nothing. */
export interface SchemaPlan {
  /** Each as a sentence without its subject, in order: told before anything is done. */
  readonly steps: readonly string[];
  readonly statements: readonly Statement[];
}

/** A change of tables that are there already, which their owner may have made otherwise. */
export interface SchemaChange {
  /** Null where nothing has to be done. Throws an OperatorError that shows what stands in the way. Touches nothing. */
  plan(target: Reader, way: Way): Promise<SchemaPlan | null>;
}
