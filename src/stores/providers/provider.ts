import type {Finding} from '../../core/probe.ts';
import type {Service} from '../../core/service.ts';
import type {ObjectStore} from '../object-store.ts';

/** What is uploaded: bytes that can be read more than once, and are always the same, or reading them fails as `changed`. */
export interface UploadedFile {
  /** Of the object at the provider: made of its content, so that equal names are equal bytes. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Of the whole file in lower-case hex; null where it could not be told before. */
  readonly sha256: string | null;
  readonly contentType: string;
  /** From its first byte, in chunks that are the reader's own. */
  read(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Uploads that were begun and not ended: kept where a crash does not lose it, so that none is left half done for ever. */
export interface UploadJournal {
  /** How the upload of this object was begun (an upload id, a temporary file); null where none is open. */
  begun(name: string): Promise<string | null>;
  /** Awaited before the first byte is sent. */
  begin(name: string, handle: string): Promise<void>;
  /** It is whole, or given up. */
  end(name: string): Promise<void>;
}

export interface UploadOptions {
  readonly signal: AbortSignal;
  readonly journal: UploadJournal;
  /** Told of all bytes that the provider has by now, those of an earlier attempt too. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * Where files are uploaded to: a bucket with a prefix, a folder. An object is there whole or not at all; `upload` comes
 * back only when the provider itself has told the size and the checksum that it should have. Every operation stops with
 * the signal's reason as soon as it is aborted, and throws `Fault` for what the service or the data did. Objects are
 * read, for repairs and checks, through `store`.
 */
export interface Provider {
  /** What rows of the assets table call it. */
  readonly id: string;
  /** Requests to one host share a limit. */
  readonly host: string;
  readonly service: Service;
  /** As it can be passed to --provider. */
  readonly label: string;
  /** Requests that an upload of so many bytes takes where nothing fails; missing where there are none to count. */
  requestsFor?(size: number): number;
  /** Its objects, for reading: keys are `key(name)`. */
  readonly store: ObjectStore;
  /** The key under which the store has an object of this name. */
  key(name: string): string;
  /** Whether it can be reached and written to, as far as that can be told without writing, and what to do if not. */
  check(): Promise<readonly Finding[]>;
  /**
   * Whether the object is there: `same` where size and checksum say that it is this file, `other` where they say that it is
   * not, null where there is none. `onBytes` is told of what is read of the object, where that alone can say.
   */
  find(
    file: UploadedFile,
    signal: AbortSignal,
    onBytes?: (count: number) => void,
  ): Promise<'same' | 'other' | null>;
  /** Goes on where an earlier attempt of the journal ended. A signal leaves it open there, a final fault ends it. */
  upload(file: UploadedFile, options: UploadOptions): Promise<void>;
  /** Gives up what the journal says was begun, and leaves nothing of it behind. */
  abandon(name: string, handle: string, signal: AbortSignal): Promise<void>;
  /** It is gone afterwards, whether it was there or not. */
  remove(name: string, signal: AbortSignal): Promise<void>;
}
