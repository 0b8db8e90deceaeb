import type {BackfillWords} from '../backfills/backfill.ts';
import type {FailureKind} from '../core/failure.ts';
import type {RunMode} from '../core/run.ts';
import type {UploadedBy} from '../core/uploads.ts';
import type {Review} from '../engine/review.ts';
import type {CoveragePoint, LastCoverage, MeasuredCheck} from '../ledger/measured.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Took} from '../ledger/run-ends.ts';
import type {ProbeFact} from '../runbook/flow.ts';
import type {Gate} from '../runbook/gate.ts';
import type {OpenCounts} from '../runbook/open-counts.ts';
import type {Dialog} from './dialog.ts';
import type {Recoverable, RecoveryView} from './recovery-view.ts';
import type {RunView} from './run-view.ts';

/** All that screens show. It holds nothing that the ledger or the engine would not give again. */
export interface ConsoleState {
  readonly size: Size;
  /** Milliseconds since the epoch, to the second: ages are told by it. */
  readonly now: number;
  readonly manner: Manner;
  readonly setups: readonly SetupView[];
  /** Which of them the screens behind the overview are about. */
  readonly chosen: number;
  /** The screens that `Esc` goes back through; the last is shown. */
  readonly views: readonly [View, ...View[]];
  readonly dialog: Dialog | null;
  readonly notice: Notice | null;
  /** Runs that this process has worked on, by id. */
  readonly runs: Readonly<Record<string, RunView>>;
  /** The newest runs of all processes, newest first. */
  readonly history: readonly RunRecord[];
  /** Rows that were asked for, by what they are of; of `history` only how reading it went, since its rows are the runs above. */
  readonly lists: Readonly<Record<string, LoadedList>>;
  /** It comes to rest, and then leaves. */
  readonly isLeaving: boolean;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** How this console was started. */
export interface Manner {
  readonly isReadOnly: boolean;
  readonly isSandbox: boolean;
  /** Those that name its ledger and its config: a command in another shell needs them too. */
  readonly flags: readonly string[];
  readonly version: string;
}

export const screens = [
  'overview',
  'runbook',
  'run',
  'coverage',
  'invariants',
  'failures',
  'history',
] as const;
export type ScreenName = (typeof screens)[number];
/** Screens have a number; the others are reached from them. */
export type ViewName = ScreenName | 'review' | 'items' | 'hosts' | 'invariant' | 'recovery';

export interface View {
  readonly name: ViewName;
  /** The row that is chosen, or the first line that is shown. */
  readonly at: number;
  readonly filter: string;
  readonly isFiltering: boolean;
  /** What it is about: a run's id, an invariant's, the list that it shows. */
  readonly of: string | null;
  readonly title: string | null;
}

export interface Notice {
  readonly level: 'info' | 'error';
  readonly text: string;
  readonly at: number;
}

/** A backfill with its named source and target, as far as this console knows it. */
export interface SetupView {
  readonly name: string;
  readonly backfill: string;
  /** The system's title: what is brought from where to where. */
  readonly title: string;
  readonly rehearsal: {readonly reads: string; readonly predicts: string};
  readonly words: BackfillWords;
  /** Told as long as nothing was run. */
  readonly introduction: string | null;
  /** It can tell which items are missing, and not only how many. */
  readonly listsMissing: boolean;
  readonly source: string;
  readonly target: string;
  /** What the keys of its runs begin with; empty is everything. */
  readonly prefix: string;
  /** Where its runs upload to, and for whom. */
  readonly whose?: UploadedBy;
  readonly targetName: string | null;
  readonly environment: string | null;
  readonly link: Link;
  readonly probe: ProbeFact | null;
  /** Null until the ledger has answered. */
  readonly facts: SetupFacts | null;
  readonly gates: readonly Gate[] | null;
  readonly review: LoadedReview | null;
  /** The run that this process works on, and the verification. */
  readonly atWork: string | null;
  readonly verifying: string | null;
  /** A run was asked for, and is not in the ledger yet. */
  readonly isBeginning: boolean;
  /** The recovery of its system, where that has one. */
  readonly recovers: Recoverable | null;
  /** What has become of it here; null where it was not begun. */
  readonly recovery: RecoveryView | null;
}

export type Link =
  | {readonly state: 'unknown' | 'connecting' | 'ok'}
  | {readonly state: 'failed'; readonly message: string; readonly hint: string | null};

export type LoadedReview =
  | (ReviewedPlan & {readonly state: 'loading'})
  | (ReviewedPlan & {readonly state: 'failed'; readonly message: string})
  | (ReviewedPlan & {readonly state: 'ready'; readonly review: Review});

/** A retry changes a plan under the same id, so it is known by when it ended too. */
interface ReviewedPlan {
  readonly plan: string;
  readonly at: number | null;
}

/** What the ledger knows of a setup. */
export interface SetupFacts {
  readonly plan: RunRecord | null;
  readonly live: RunRecord | null;
  /** The newest run of any kind. */
  readonly newest: RunRecord | null;
  /** What the live run left open; where the plan was not executed yet, the plan. */
  readonly open: {readonly run: string; readonly counts: OpenCounts} | null;
  readonly checks: readonly MeasuredCheck[];
  readonly coverage: LastCoverage | null;
  /** Of the whole, oldest first. */
  readonly trend: readonly CoveragePoint[];
  /** How long the newest run of a mode took that came to its end in one go. */
  readonly took: Readonly<Partial<Record<RunMode, Pick<Took, 'run' | 'seconds' | 'listed'>>>>;
  /** Runs that are said to be at work, and whose process is gone. */
  readonly gone: readonly string[];
}

export interface LoadedList {
  /** `again`: it is looked at anew, and the rows are those of before; where it `failed`, they stay as well. */
  readonly state: 'loading' | 'again' | 'ready' | 'failed';
  readonly rows: readonly ListRow[];
  /** There are more than these. */
  readonly hasMore: boolean;
  /** What is being done, what went wrong, or what it means that there are no rows. */
  readonly message: string | null;
  /** What lists all of them in a shell, where a command does. */
  readonly command?: readonly string[];
}

export interface ListRow {
  readonly key: string;
  readonly text: string;
  /** Shown below the list while the row is chosen. */
  readonly detail: string | null;
  /** How it failed: what failed alike can be taken up again by itself. */
  readonly kind?: FailureKind;
  /** It stands for many, which it opens. */
  readonly isGroup?: true;
}

export function chosenSetup({setups, chosen}: ConsoleState): SetupView | null {
  return setups[chosen] ?? null;
}

export function shownView({views}: ConsoleState): View {
  return views.at(-1) ?? views[0];
}

export function view(name: ViewName, of: string | null = null, title: string | null = null): View {
  return {name, of, title, at: 0, filter: '', isFiltering: false};
}
