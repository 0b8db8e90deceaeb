import type {FailureKind} from '../core/failure.ts';
import type {Row, SqlValue} from '../core/sql.ts';

/** Messages between the main thread and the thread that holds the database. */

export interface OpenOptions {
  readonly path: string;
  readonly readOnly: boolean;
  /** Run right after opening. */
  readonly pragmas: readonly string[];
  readonly busyTimeoutMs: number;
}

export interface PlainStatement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

export type Work =
  | {readonly op: 'open'; readonly options: OpenOptions}
  | {readonly op: 'query'; readonly statement: PlainStatement}
  | {readonly op: 'transaction'; readonly statements: readonly PlainStatement[]}
  | {readonly op: 'close'};

export type Request = {readonly id: number} & Work;

export type Rows = readonly Row[];

export type Response = {readonly id: number} & (
  | {readonly ok: true; readonly rows: readonly Rows[]}
  | {readonly ok: false; readonly kind: FailureKind; readonly code: number; readonly message: string}
);
