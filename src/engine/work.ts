import type {Clearing, EffectUse} from '../backfills/effects.ts';
import type {DiscoveredPage, Stream} from '../backfills/repositories.ts';
import type {Item} from '../backfills/shape.ts';
import type {Decision, Entry} from '../core/entry.ts';
import type {KeyRange} from '../core/keys.ts';
import type {Statement} from '../core/sql.ts';
import type {UploadRecord} from '../core/uploads.ts';
import type {Partition, PartitionRecord} from '../ledger/records.ts';

/**
 * What a run does, page by page, whichever way it goes: a backfill forwards, a retry of open items, an undo. The run
 * knows only this; it is made from a backfill in forward.ts and in undo.ts.
 */
export interface Work {
  /** The ranges, or the partitions of before-images, to begin with. */
  partitions(): AsyncIterable<Partition>;
  /** Items beyond the cursor, in ascending key order. `hi` may have been lowered since the partition was found. */
  list(partition: PartitionRecord, range: KeyRange): AsyncIterable<readonly WorkItem[]>;
  middle(range: KeyRange): Promise<string | null>;
  /** Whose limit inspecting it counts against; null where the source keeps within its limits by itself. */
  host(item: WorkItem): string | null;
  /** The expensive part. Not called where `known` has the answer. Large items may tell how far they are, in bytes. */
  inspect(item: WorkItem, onProgress: (bytes: number) => void): Promise<Inspection>;
  decide(page: readonly Inspection[]): Promise<readonly Decision<unknown>[]>;
  commit(changes: readonly unknown[]): readonly Statement[];
  /** Partitions that are found while the run is on; null where `partitions` says all of them. */
  readonly repositories: RepositoriesWork | null;
  /** Changes are staged and published as one; null where each page is committed by itself. */
  readonly publication: PublishedWork | null;
  /** What is done outside of the target before changes are committed; null where that is nothing. */
  readonly applied: AppliedWork | null;
  /** Leaves nothing behind of what was begun outside of the target and not ended; null where nothing is. */
  readonly abandon: (() => Promise<void>) | null;
  /** Takes away what was made outside of the target and no row needs; null where nothing is made there. */
  readonly clear: ((clearing: Clearing) => Promise<void>) | null;
  /** What entries say of uploaded contents; null where nothing is uploaded. */
  readonly uploads:
    | ((entries: readonly Entry[]) => {
        readonly keep: readonly UploadRecord[];
        readonly forget: readonly UploadRecord[];
      })
    | null;
  /** What the ledger keeps of a change; null where that is all of it. */
  readonly keeps: ((change: unknown) => unknown) | null;
  /** Bytes that a change writes, about; 0 where that is not told. */
  sizeOf(change: unknown): number;
  /** Bytes that the ledger keeps of it, about; 0 where its pages are cut by them. */
  keptSizeOf(change: unknown): number;
  /** How many rows a change makes where it is made as a whole. */
  rowsOf(change: unknown): number;
  /** Which changes the target shows as made, after an outcome that nothing else can tell. */
  readBack(changes: readonly unknown[]): Promise<readonly boolean[]>;
  /** Which changes that could not be made the target shows as if they were; null where that means nothing. */
  readonly standing: ((changes: readonly unknown[]) => Promise<readonly boolean[]>) | null;
  /** What of a change was reviewed: two changes with the same signature are the same decision. */
  signature(entry: Entry): string;
  /** A change that is not as it was reviewed is left alone. */
  readonly leavesChanged: boolean;
  /** Pages that are inspected behind the one that is being settled. */
  readonly pagesAhead: number;
  /** Items are read; where they are not, nothing is asked of a host for them. */
  readonly inspects: boolean;
  /** What inspection found is kept by fingerprint. */
  readonly keepsFingerprints: boolean;
  /** Reads `found` back from the ledger; undefined where it is not of the present form. */
  parseFound(found: unknown): unknown;
}

/** A backfill's effects (backfills/effects.ts), for changes as the ledger has them. */
export interface AppliedWork {
  host(change: unknown): Promise<string>;
  size(change: unknown): number;
  use(change: unknown): Promise<EffectUse>;
  apply(change: unknown, onProgress: (bytes: number) => void): Promise<void>;
}

/** A backfill's publication (backfills/publication.ts), for changes as the ledger has them. */
export interface PublishedWork {
  /** Inserts that one publish can carry; null where there is no limit. */
  readonly most: number | null;
  begin(): readonly Statement[];
  stage(changes: readonly unknown[]): readonly Statement[];
  publish(staged: number): readonly Statement[];
  known(keys: readonly string[]): Promise<ReadonlySet<string> | null>;
  end(): readonly Statement[];
}

/** What a backfill says of its repositories (backfills/repositories.ts). */
export interface RepositoriesWork {
  streams(): readonly Stream[];
  discover(stream: Stream, cursor: string | null): Promise<DiscoveredPage>;
  resolverOf(id: string): string;
  resolve(id: string): Promise<string>;
  hostOf(address: string): string;
  range(id: string): KeyRange;
  groupOf(key: string): string;
}

/** An item, and what an undo restores. */
export interface WorkItem extends Item {
  readonly change?: unknown;
}

export interface Inspection {
  readonly item: WorkItem;
  readonly found: unknown;
  /** That were read from the source for it. */
  readonly bytes: number;
}
