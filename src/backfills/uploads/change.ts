import {z} from 'zod';

/** The row of an asset as it was when it was decided on. */
const former = z.object({
  /** As text: an integer or a UUID. */
  id: z.string(),
  providerId: z.string().nullable(),
  /** JSON, exactly as it stood; null where the column was. */
  providerUploads: z.string().nullable(),
});

/**
 * An upload of one file to one provider, and the row that says so: `before` is null where the row is made, and the row
 * that gets the provider into its map otherwise. Where it says so already, the upload restores what the provider has lost.
 */
export const uploadChange = z.object({
  /** Of the file. */
  key: z.string(),
  user: z.string(),
  /** 64 lower-case hex digits; null where the file could not be hashed. */
  sha256: z.string().nullable(),
  /** 16 lower-case hex digits; null for what is no image. */
  phash64: z.string().nullable(),
  provider: z.string(),
  /** The object's name at the provider: its provider_asset_id. */
  object: z.string(),
  kind: z.enum(['image', 'video', 'audio', 'other']),
  mime: z.string(),
  /** Bytes. */
  size: z.number(),
  /** ISO 8601, UTC: what created_at of a new row becomes. */
  at: z.string(),
  before: former.nullable(),
  restores: z.literal(true).exactOptional(),
});
export type UploadChange = z.infer<typeof uploadChange>;
