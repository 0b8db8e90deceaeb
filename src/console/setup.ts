import type {AnyBackfill} from '../backfills/registry.ts';
import type {UploadedBy} from '../core/uploads.ts';
import type {RunConnection} from '../engine/connection.ts';
import {recoverableOf} from './recovery-view.ts';
import type {SetupView} from './state.ts';

/** A backfill between two named places. Nothing is opened before it is needed. */
export interface Setup {
  readonly name: string;
  readonly backfill: AnyBackfill;
  /** As runs in the ledger name them. */
  readonly sourceLabel: string;
  readonly targetLabel: string;
  readonly environment: string | null;
  /** What the keys of its runs begin with; empty is everything. */
  readonly prefix: string;
  /** Where its runs upload to, and for whom. */
  readonly whose?: UploadedBy;
  /** Told as long as nothing was run. */
  readonly introduction?: string;
  open(): Promise<RunConnection>;
  /** What its runs are narrowed to. */
  scope(connection: RunConnection): unknown;
}

export function viewOfSetup({
  name,
  backfill,
  sourceLabel,
  targetLabel,
  environment,
  prefix,
  whose,
  introduction,
}: Setup): SetupView {
  return {
    name,
    backfill: backfill.id,
    title: backfill.title,
    rehearsal: backfill.rehearsal,
    words: backfill.words,
    introduction: introduction ?? null,
    listsMissing: backfill.missing !== undefined,
    source: sourceLabel,
    target: targetLabel,
    prefix,
    ...(whose === undefined ? {} : {whose}),
    targetName: null,
    environment,
    link: {state: 'unknown'},
    probe: null,
    facts: null,
    gates: null,
    review: null,
    atWork: null,
    verifying: null,
    isBeginning: false,
    recovers: recoverableOf(backfill),
    recovery: null,
  };
}
