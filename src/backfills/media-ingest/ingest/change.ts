import {z} from 'zod';
import type {Preview} from '../../backfill.ts';

/** A row that is inserted. All its values are bound, so an undo knows them. */
export const mediaChange = z.object({
  key: z.string(),
  mediaUid: z.string(),
  fileId: z.string(),
  /** Bytes. */
  size: z.number(),
  etag: z.string().nullable(),
  /** UTC, as SQLite's datetime writes it. */
  ingestedAt: z.string(),
});
export type MediaChange = z.infer<typeof mediaChange>;

/** The time differs from run to run, so it is no part of what is reviewed. */
export function previewMedia({mediaUid, fileId, size}: MediaChange): Preview {
  return {before: null, after: {media_uid: mediaUid, b2_file_id: fileId, size}};
}

/** A change as SQL reads it from a JSON parameter, by position. */
export function changeValues({
  key,
  mediaUid,
  fileId,
  size,
  etag,
  ingestedAt,
}: MediaChange): readonly (string | number | null)[] {
  return [mediaUid, key, fileId, size, etag, ingestedAt];
}
