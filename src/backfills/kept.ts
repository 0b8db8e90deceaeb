import type {
  FileHash,
  FileVersion,
  KnownUpload,
  MadeObject,
  UploadedBy,
  UploadRecord,
} from '../core/uploads.ts';
import type {UploadJournal} from '../stores/providers/provider.ts';

/** Small stores that the ledger keeps for a backfill, of this target, this run and this machine. */
export interface Kept {
  /** For a dry run, where nothing of what it plans is made. */
  readonly rehearses: boolean;
  /** For a run that takes nothing for granted that earlier runs have found: no hashes are known then. */
  readonly fresh: boolean;
  /** Of files of this machine, by path; only where the version is the one that was hashed, and sure or not. */
  hashes(files: readonly FileVersion[]): Promise<ReadonlyMap<string, FileHash>>;
  /** Kept soon, in company: a crash loses the work of a moment. */
  keepHash(file: FileVersion & FileHash): void;
  /** Every path under which a content was found on this machine, by hash. */
  pathsOf(hashes: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** The hash store: what is known of contents, by hash. */
  uploads(whose: UploadedBy, hashes: readonly string[]): Promise<ReadonlyMap<string, KnownUpload>>;
  /** Some of what the hash store takes to be at a provider, drawn from all over. */
  someUploads(whose: UploadedBy, limit: number): Promise<readonly KnownUpload[]>;
  /** All that the hash store takes to be at a provider of this target. */
  successes(): AsyncIterable<readonly UploadRecord[]>;
  /** What the target was found to have. */
  keepUploads(whose: UploadedBy, uploads: readonly KnownUpload[]): Promise<void>;
  /**
   * In a dry run, the key of this run under which a content was met first, which may be the one that asks: nothing is
   * uploaded then, so the target can't tell. In a live run it can, and all keys are met first.
   */
  firstMet(
    contents: readonly {readonly sha256: string; readonly key: string}[],
  ): Promise<ReadonlyMap<string, string>>;
  journal(provider: string): UploadJournal;
  /** An object is about to be made, where there was none: kept before its first byte is sent. */
  making(object: MadeObject): Promise<void>;
  /** Objects that this run, or the one that it undoes, has made, but for those that another target is known to have. */
  made(): AsyncIterable<readonly {readonly provider: string; readonly object: string}[]>;
  /** Which of these objects this run has made, or was about to make when it stopped, and has not recorded. */
  unrecorded(provider: string, objects: readonly string[]): Promise<ReadonlySet<string>>;
  /** They are there no more. */
  unmade(provider: string, objects: readonly string[]): Promise<void>;
  /** What this run, or the one that it undoes, began at a provider and did not end. */
  begun(): Promise<readonly {readonly provider: string; readonly object: string; readonly handle: string}[]>;
}
