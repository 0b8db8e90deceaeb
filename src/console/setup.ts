import type {AnyBackfill} from '../backfills/registry.ts';
import type {RunConnection} from '../engine/connection.ts';
import type {SetupView} from './state.ts';

/** A backfill between two named places. Nothing is opened before it is needed. */
export interface Setup {
  readonly name: string;
  readonly backfill: AnyBackfill;
  /** As runs in the ledger name them. */
  readonly sourceLabel: string;
  readonly targetLabel: string;
  readonly environment: string | null;
  /** What it is narrowed to, where that is more than its source says. */
  readonly prefix?: string;
  open(): Promise<RunConnection>;
  /** What its runs are narrowed to. */
  scope(connection: RunConnection): unknown;
}

export function viewOfSetup({name, backfill, sourceLabel, targetLabel, environment}: Setup): SetupView {
  return {
    name,
    backfill: backfill.id,
    title: backfill.title,
    rehearsal: backfill.rehearsal,
    source: sourceLabel,
    target: targetLabel,
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
  };
}
