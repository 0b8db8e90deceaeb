/** A file on this machine, under the key that it has at the source. */
export interface LocalFile {
  readonly key: string;
  readonly size: number;
  /** SHA-256 in lower-case hex. */
  readonly hash: string;
}

/** What an uploader does with it, and why. */
export interface SyncAnswer {
  readonly action: 'upload' | 'skip';
  readonly why: string;
}
