import {z} from 'zod';
import type {FileHash} from '../../core/uploads.ts';
import type {StoredObject} from '../../stores/object-store.ts';

/** A file as listed, with what is known of this version of it: what is not sure is read again before anything hangs on it. */
export interface UploadItem extends StoredObject {
  readonly known: FileHash | null;
}

export const foundFile = z.object({
  /** Null where the file could not be hashed. */
  sha256: z.string().nullable(),
  phash64: z.string().nullable(),
  size: z.number(),
  /** By which the file is known at the source. */
  version: z.string(),
  /** Why it could not be hashed. */
  unhashed: z.string().exactOptional(),
});
export type FoundFile = z.infer<typeof foundFile>;
