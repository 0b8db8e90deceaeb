import {z} from 'zod';
import type {Preview} from '../backfill.ts';

/** SQLite lets a column hold what it likes: a before-image keeps it as it is. */
const value = z.union([z.string(), z.number()]).nullable();

/** The columns that the backfill writes, as they are in a row. */
const fileState = z.object({hash: value, size: value, uploadedAt: value});
export type FileState = z.infer<typeof fileState>;

/** A row of `files` before and after; `before` is null where there is none yet. All values are bound, so undo knows them. */
export const fileChange = z.object({
  key: z.string(),
  before: fileState.nullable(),
  after: z.object({
    hash: z.string(),
    size: z.number(),
    uploadedAt: z.union([z.string(), z.number()]),
    /** Of an inserted row, where the table dates its rows: UTC, as CURRENT_TIMESTAMP writes it. */
    createdAt: z.string().exactOptional(),
  }),
});
export type FileChange = z.infer<typeof fileChange>;

/** What an inserted row says about who put it there. */
export const uploaderId = 'backfill';
export const contentType = 'application/octet-stream';

/** The time of an insert differs from run to run, so it is no part of what is reviewed; a missing one that is filled is. */
export function previewFile({before, after}: FileChange): Preview {
  if (before === null) return {before: null, after: {content_hash: after.hash, size: after.size}};
  const filled = before.uploadedAt === null;
  return {
    before: {content_hash: before.hash, size: before.size, ...(filled ? {uploaded_at: null} : {})},
    after: {content_hash: after.hash, size: after.size, ...(filled ? {uploaded_at: 'time of the run'} : {})},
  };
}
