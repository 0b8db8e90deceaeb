import type {z} from 'zod';
import type {CoverageGroup, Figure, MissingItem} from '../core/checks.ts';
import type {Decision} from '../core/entry.ts';
import type {KeyRange} from '../core/keys.ts';
import type {Probe} from '../core/probe.ts';
import type {Statement} from '../core/sql.ts';
import type {AskedHashes, HashAnswer, UploadedContent} from '../core/uploads.ts';
import type {Reader} from '../databases/database.ts';
import type {Effects} from './effects.ts';
import type {CheckIo, Invariant} from './invariant.ts';
import type {Publication} from './publication.ts';
import type {Repositories} from './repositories.ts';
import type {SchemaChange} from './schema-change.ts';
import type {Inspected, Io, Shape, TargetIo} from './shape.ts';
import type {LocalFile, SyncAnswer} from './sync.ts';
import type {TargetCosts} from './target-costs.ts';

/** What a screen or a review shows of a change, column by column; null where there is no row. */
export interface Preview {
  readonly before: Readonly<Record<string, string | number | null>> | null;
  readonly after: Readonly<Record<string, string | number | null>> | null;
}

/** The target's row of a key as it is now, for whoever asks about that one key. */
export interface RowNow {
  /** Null where there is none. */
  readonly columns: Readonly<Record<string, string | number | null>> | null;
  /** Whether what a run writes of it stands as before or after the given change; null where none was given. */
  readonly is: 'before' | 'after' | 'neither' | null;
  /** What the row says, where its columns do not say it to everybody. */
  readonly says?: string;
}

/** Something that has to be taken back before anything else can be. */
export interface UndoObstacle {
  readonly message: string;
  /** The backfill that makes such things, and the key of the item: its run is undone first. */
  readonly backfill: string;
  readonly key: string;
  /** What to do where no run of ours made it. */
  readonly remedy: string;
}

/** How a system is brought back to order when its invariants are broken: with writers stopped, by runs of its backfills. */
export interface Recovery {
  /** The system's name. */
  readonly name: string;
  /** The backfill whose invariants are the system's. */
  readonly measures: string;
  /** Backfills that mend, in order; one that reads a source is left out where none is named. */
  readonly runs: readonly string[];
  /** The invariants that the runs mend: as long as one is broken and a round has changed something, they go round again. */
  readonly mends: readonly string[];
  /** What changes when somebody writes: numbers and dates of the tables, by what they are called. */
  watch(target: Reader): Promise<Readonly<Record<string, string>>>;
}

/** One of them, and several. */
export type Noun = readonly [one: string, several: string];

/** What screens and lines say of this backfill alone. */
export interface BackfillWords {
  /** What is listed at the source. */
  readonly items: Noun;
  /** What the target has: coverage counts it beside the items, and it breaks invariants. */
  readonly rows: Noun;
  /** What is true of those that coverage counts as done, behind their number. */
  readonly done: Readonly<Record<'items' | 'rows', string>>;
  /** What a probe looks at, at each end, and what a verification reads. */
  readonly reads: Readonly<Record<'source' | 'target' | 'verify', string>>;
  /** What it says of a dry run that nothing was listed. */
  readonly nothing: string;
  /** What became of the version of an item that a run brought to the target, or found there (`indexed`, `found in the target`). */
  readonly versions?: {readonly brought: string; readonly found: string};
  /** What becomes of items one by one, before a page of them is settled: they were hashed, they were uploaded. */
  readonly stages?: {readonly inspected: string; readonly applied?: string};
  /** Kinds of notes that an operator should read before anything is made of them. */
  readonly warnings?: readonly string[];
}

/** What is read: `target` is the target itself, and no source is named. */
export type SourceKind = 'folder' | 'bucket' | 'inventory' | 'network' | 'target';
export type TargetKind = 'sqlite' | 'd1' | 'postgres' | 'pglite';

/** What is listed: keys, and of a repository where it is, as far as that is known (`Repositories.resolve`). */
export interface ListedRange extends KeyRange {
  readonly address?: string | null;
}

/**
 * One backfill: which source, which target, how to compare and write. It says *what*; the engine decides when, how
 * many at once, what is durable and what is shown. No method writes: `commit` and `undo` answer with statements.
 */
export interface Backfill<S extends Shape> {
  readonly id: string;
  /** One of the five, in one word: what the config and `headgate verify` call it. */
  readonly system: string;
  readonly title: string;
  /** The honest label of its dry run. */
  readonly rehearsal: {readonly reads: string; readonly predicts: string};
  readonly words: BackfillWords;
  /** Where it can work: only there it is offered unasked. */
  readonly takes: {readonly sources: readonly SourceKind[]; readonly targets: readonly TargetKind[]};
  /** Ends that are not named are those of the variables of the original pipeline (config/environment-ends.ts). */
  readonly endsInEnvironment?: true;
  readonly scope: z.ZodType<S['scope']>;
  /** What the config may say of the system; everything has a default. Backfills of one system share it. */
  readonly options: z.ZodType<S['options']>;
  readonly found: z.ZodType<S['found']>;
  readonly change: z.ZodType<S['change']>;
  /** The folder of migrations/ that makes its tables. */
  readonly migrations: string;
  /** The same for Postgres, where the backfill works on SQLite as well. */
  readonly postgresMigrations?: string;
  /** Tables that are there may have to be changed. */
  readonly changesSchema?: SchemaChange;
  /** It uploads files of folders to a provider, or looks at the objects that a provider has (upload-source.ts). */
  readonly uploads?: 'files' | 'objects';
  /** Pages that are inspected behind the one that is being settled (1): more where one item may take as long as many pages. */
  readonly pagesAhead?: number;
  /** What was found is kept for the run that executes a plan, and for no other. */
  readonly keepsFingerprints?: false;
  /** A change that is not as it was reviewed is left alone, as a conflict, instead of made as it is now. */
  readonly leavesChanged?: true;
  /** Nothing is read of an item beyond its listing: what is found is null, and nothing is kept for the next run. */
  readonly inspects?: false;
  /** That its runs are not narrowed to a prefix has to be confirmed. */
  readonly confirmsWhole?: true;

  /**
   * Its listing stands for all that there is: one that is empty, or smaller than that of the last live run of the same
   * scope by more than this share, has to be accepted.
   */
  shrinks?(options: S['options']): number;

  /** What a scope means, said so that it means the same tomorrow. Throws an OperatorError that names all that is wrong. */
  complete?(scope: S['scope'], io: Pick<Io<S>, 'source' | 'signal' | 'placed'>): Promise<S['scope']>;
  /** Reachability, and the schema as found against the expected one. */
  probe(io: TargetIo<S>): Promise<Probe<S['facts']>>;
  /** The tables are not there yet: migrate makes them. */
  needsMigration(target: Reader): Promise<boolean>;
  /** Partitions that are found while a run is on: `partitions` and `middle` are then not asked. */
  readonly repositories?: Repositories<S>;
  /** The ranges to start with. */
  partitions(io: Io<S>): AsyncIterable<KeyRange>;
  /** Items in ascending key order, each key once. */
  list(range: ListedRange, io: Io<S>, probe: Probe<S['facts']>): AsyncIterable<readonly S['item'][]>;
  /** A key that parts a range in two, or null. */
  middle(range: KeyRange, io: Io<S>): Promise<string | null>;
  /** One item as it is now; null where it is gone. Without a target and a scope where it is looked at for no run. */
  lookup(
    key: string,
    io: Pick<Io<S>, 'source' | 'options' | 'signal' | 'placed'> &
      Partial<Pick<Io<S>, 'target' | 'scope' | 'onBytes' | 'kept'>>,
    probe: Probe<S['facts']> | null,
  ): Promise<S['item'] | null>;
  /** Its items are asked for by something else than their keys as well: how that is said, and the key of what was asked. */
  readonly asked?: {readonly by: string; keyOf(asked: string): string};
  /** Whose limit a request for the item counts against; null where the source keeps within its limits by itself. */
  host(item: S['item'], io: Io<S>): string | null;
  /** The expensive part: reads the item. Of a large one, `onProgress` may be told how many bytes are done. */
  inspect(item: S['item'], io: Io<S>, onProgress: (bytes: number) => void): Promise<Inspected<S>>;
  /** One decision for each of a page's items, in order, after one read of the target. */
  decide(
    page: readonly Inspected<S>[],
    io: Io<S>,
    probe: Probe<S['facts']>,
  ): Promise<readonly Decision<S['change']>[]>;
  /**
   * A change that is committed is larger than what the ledger has to keep of it: enough to review it, to find it again
   * in the target, and to put back what was there.
   */
  readonly kept?: {
    of(change: S['change']): S['change'];
    /** Bytes that it writes, about. */
    size(change: S['change']): number;
    /** Bytes that are kept of it, about. */
    keptSize(change: S['change']): number;
  };
  /** What changes do outside of the target before they are committed. */
  readonly effects?: Effects<S>;
  /** Which of changes that could not be made somebody else has made meanwhile, so that nothing is left to do. */
  stands?(changes: readonly S['change'][], io: Io<S>, probe: Probe<S['facts']>): Promise<readonly boolean[]>;
  /** Rows that a change makes, where that is not one. */
  rowsOf?(change: S['change']): number;
  /** The statements that make the changes; the engine runs them in one transaction with the page's mark. */
  commit(changes: readonly S['change'][], probe: Probe<S['facts']>): readonly Statement[];
  /** The whole run is one step: `commit` is then never asked, and everything is staged and published instead. */
  readonly publication?: Publication<S['change'], S['facts']>;
  /** For changes that were made: what it takes to put each row back, or why it can't be (somebody changed it since). */
  decideUndo(
    changes: readonly S['change'][],
    io: Io<S>,
    probe: Probe<S['facts']>,
  ): Promise<readonly Decision<S['change']>[]>;
  /** The statements that put rows back, each only where the row is still as the run left it. */
  undo(changes: readonly S['change'][], probe: Probe<S['facts']>): readonly Statement[];
  /** What stands in the way of any undo, and which backfill's run may have put it there; null where nothing does. */
  undoObstacle?(probe: Probe<S['facts']>): UndoObstacle | null;
  preview(change: S['change']): Preview;
  /** The changes as statements that run as they stand, for whoever wants to read them or run them by hand. */
  sql?(changes: Iterable<S['change']>): Iterable<string>;
  /**
   * The row of one key, without a probe before it, compared with the last change that a run made to it; or that of the
   * content that the item has, where rows are found by it.
   */
  row?(
    key: string,
    change: S['change'] | null,
    io: Pick<Io<S>, 'target' | 'signal'> & {readonly content?: UploadedContent | null},
  ): Promise<RowNow>;
  /** Whether files of these contents have to be uploaded, in order: where the target keeps content hashes. */
  sync?(files: readonly LocalFile[], io: TargetIo<S>): Promise<readonly SyncAnswer[]>;
  /** What the target says of contents, one answer for each hash: where its rows are those of users, and found by hash. */
  answerHashes?(
    asked: AskedHashes,
    io: TargetIo<S>,
    probe: Probe<S['facts']>,
  ): Promise<readonly HashAnswer[]>;
  /** For an estimate. */
  costs(probe: Probe<S['facts']>): TargetCosts;
  coverage(io: CheckIo<S>, probe: Probe<S['facts']>): AsyncIterable<CoverageGroup>;
  /**
   * The items of one coverage group that are missing, in key order, each with its cause in the words of coverage: over
   * all of them, items by cause are that group's `missing`. It needs a source.
   */
  missing?(io: CheckIo<S>, group: string): AsyncIterable<readonly MissingItem[]>;
  /**
   * What is kept of the target after each of the system's runs that goes live, verifies it or undoes, as JSON: the checks
   * of the next run compare with it.
   */
  remembers?(io: CheckIo<S>, probe: Probe<S['facts']>): Promise<unknown>;
  invariants(probe: Probe<S['facts']>): readonly Invariant<S>[];
  /** Told before and after a run under one title, which backfills of one system share. */
  readonly figures?: {
    readonly title: string;
    /** Invariants whose counts are figures too, by what they are called there. */
    readonly checks: Readonly<Record<string, string>>;
    measure(io: CheckIo<S>, probe: Probe<S['facts']>): Promise<readonly Figure[]>;
  };
}
