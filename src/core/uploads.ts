/** What the ledger keeps about uploads, and backfills ask it for. */

/** What hashing found of a file. */
export interface FileHash {
  readonly sha256: string;
  /** 16 hex digits; null for what is no image. */
  readonly phash64: string | null;
  /** False where it was written so shortly before that it may have changed again within the same moment. */
  readonly isSure: boolean;
}

/** A version of a file on this machine: another size or another time of modification is another version. */
export interface FileVersion {
  readonly path: string;
  readonly version: string;
}

/** What is known of one content of one user at one provider. */
export interface KnownUpload {
  readonly sha256: string;
  readonly status: 'success' | 'error';
  readonly note: string;
  /** Of the row that says so; null where that was not told. */
  readonly assetId: string | null;
  /** The key under which it was found then. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Whose uploads, and where to. */
export interface UploadedBy {
  readonly user: string;
  readonly provider: string;
}

export interface UploadedContent extends UploadedBy {
  readonly sha256: string;
}

/** A content of one user at one provider, as the hash store of a target has it. */
export interface UploadRecord extends KnownUpload, UploadedBy {}

/** An object that is made at a provider, and whose content it is; null where that could not be told. */
export interface MadeObject extends UploadedBy {
  readonly object: string;
  readonly sha256: string | null;
}

/** Contents of a user that somebody asks for before uploading them. */
export interface AskedHashes {
  readonly user: string;
  /** Where they would go; null asks for any. */
  readonly provider: string | null;
  /** In lower-case hex. */
  readonly hashes: readonly string[];
}

/** What a target says of one content of a user. */
export interface HashAnswer {
  /** The user has it, wherever it is. */
  readonly exists: boolean;
  readonly assetId: string | null;
  /** Who had it first. */
  readonly providerId: string | null;
  readonly uploadedTo: readonly string[];
  /** In words. */
  readonly note: string;
}
