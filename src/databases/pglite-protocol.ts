import type {OperatorErrorCode} from '../core/operator-error.ts';
import type {Row, SqlValue} from '../core/sql.ts';
import type {PostgresError} from './postgres-faults.ts';

/** Messages between the main thread and the thread that runs PGlite. */

export interface PlainStatement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** `program` is PGlite's WebAssembly, compiled. */
export type Work =
  | {
      readonly op: 'open';
      readonly folder: string;
      readonly create: boolean;
      readonly program: object;
    }
  | {readonly op: 'query'; readonly statement: PlainStatement}
  | {readonly op: 'transaction'; readonly statements: readonly PlainStatement[]}
  | {readonly op: 'close'};

export type Request = {readonly id: number} & Work;

export type Rows = readonly Row[];

export type Failure =
  | {readonly is: 'refused'; readonly error: PostgresError}
  | {
      readonly is: 'operator';
      readonly code: OperatorErrorCode;
      readonly message: string;
      readonly hint: string;
    }
  /** A statement ended the transaction that it was in, or the like. */
  | {readonly is: 'invalid'; readonly message: string}
  /** PGlite has stopped, and its thread has to. */
  | {readonly is: 'ended'; readonly message: string; readonly isUnsettled: boolean};

export type Response = {readonly id: number} & (
  | {readonly ok: true; readonly rows: readonly Rows[]}
  | {readonly ok: false; readonly failure: Failure}
);
