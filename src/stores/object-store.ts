import type {FaultData} from '../core/failure.ts';
import type {KeyRange} from '../core/keys.ts';
import type {Finding} from '../core/probe.ts';
import type {Service} from '../core/service.ts';

/** One object as a listing gives it. */
export interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** Guards a read: bytes of another version are never taken for this one's. */
  readonly version: string;
  /** The version, where an equal one proves equal bytes; null where it does not (a file that was written just now). */
  readonly fingerprint: string | null;
  /** The service's own id of this version of the object (B2's file id), where it tells one. */
  readonly fileId?: string;
  /** The store may state a SHA-256 of the whole object: worth a request before its bytes are read. */
  readonly statesHash?: boolean;
  /** Why this is not an object to index, for instance a link that leads elsewhere. */
  readonly skip?: string;
  /** Why it was listed, but can't be read. */
  readonly fault?: FaultData;
}

export interface Listing extends KeyRange {
  readonly prefix: string;
  readonly signal: AbortSignal;
  /** Also ask for file ids, where the store has some. */
  readonly fileIds?: true;
}

/** What a store keeps of an object beside its bytes. */
export interface ObjectMetadata {
  readonly contentType: string | null;
  readonly cacheControl: string | null;
  readonly contentDisposition: string | null;
  /** What whoever put it there said of it, by name in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Told of bytes that were read, as they are: all of them by the end. */
  readonly onBytes?: (count: number) => void;
}

/**
 * Where objects are read: a folder or a bucket. Writing is not part of it. Every operation stops with the signal's
 * reason as soon as it is aborted, and throws `Fault` for what the service or the data did.
 */
export interface ObjectStore {
  /** Requests to one host share a limit. */
  readonly host: string;
  /** Whose prices and limits apply. */
  readonly service: Service;
  /** The same for the same place, whoever names it. */
  readonly id: string;
  /** As it can be passed to --source. */
  readonly label: string;
  /** The bucket's own name; of a folder, its last part. */
  readonly bucket: string;
  /** What a run is narrowed to where nothing else is said: the prefix in s3://bucket/prefix. Keys are whole all the same. */
  readonly prefix: string;
  /** Whether it can be reached, and what to do if not. */
  check(): Promise<readonly Finding[]>;
  /** Pages of objects, keys ascending by bytes, each key once. */
  list(listing: Listing): AsyncIterable<readonly StoredObject[]>;
  /** One object as it is now; null where there is none. */
  lookup(key: string, signal: AbortSignal): Promise<StoredObject | null>;
  /** SHA-256 of the object's bytes in lower-case hex, in constant memory. Fault `changed` where it is not the listed version. */
  sha256(object: StoredObject, options: ReadOptions): Promise<string>;
  /**
   * The bytes of the listed version in order, in chunks that are the receiver's own, where the store can give them. Fault
   * `changed` at the beginning or at the end where it is another version: they count only when the last has come.
   */
  read?(object: StoredObject, options: Pick<ReadOptions, 'signal'>): AsyncIterable<Uint8Array>;
  /** Where an object lies on this machine, as an absolute path, if it does. */
  pathOf?(key: string): string;
  /** The folders of this machine that hold its objects, with all links resolved, if any do. */
  readonly roots?: readonly string[];
  /** SHA-256 of the whole object as the store itself states it for the listed version; null where it does not. */
  statedSha256(object: StoredObject, signal: AbortSignal): Promise<string | null>;
  /**
   * The metadata of the listed version, where the store keeps some of objects; null where there is no such object any more.
   * Fault `changed` where it is another version.
   */
  metadata?(object: StoredObject, signal: AbortSignal): Promise<ObjectMetadata | null>;
  /** A key that parts the range in two with about as many objects, or null where it can't or need not be parted. */
  middle(listing: Listing): Promise<string | null>;
}
