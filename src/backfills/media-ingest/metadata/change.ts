import {z} from 'zod';
import type {Preview} from '../../backfill.ts';
import {type Encoded, encodedText, readable} from '../../exact.ts';

/** What inspection finds of an object. */
export const foundMetadata = z.object({
  contentType: z.string().nullable(),
  cacheControl: z.string().nullable(),
  contentDisposition: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
});
export type FoundMetadata = z.infer<typeof foundMetadata>;

const encoded = z.string().nullable();

/** The columns of a row beside its media_uid, in this order. All but the last are compared. */
export const metadataColumns = [
  'content_type',
  'cache_control',
  'content_disposition',
  'metadata',
  'read_at',
] as const;
const values = z.tuple([encoded, encoded, encoded, encoded, encoded]);
export type MetadataValues = z.infer<typeof values>;

/** The rows of one version: each as it was, null where there was none, and what all of them say from then on. */
export const metadataChange = z.object({
  key: z.string(),
  rows: z.array(z.object({mediaUid: z.string(), before: values.nullable()})),
  after: values,
});
export type MetadataChange = z.infer<typeof metadataChange>;

/** What is found, as a row holds it, encoded as the database would. */
export function valuesOf(
  {contentType, cacheControl, contentDisposition, metadata}: FoundMetadata,
  readAt: string,
): MetadataValues {
  const sorted = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    textOf(contentType),
    textOf(cacheControl),
    textOf(contentDisposition),
    encodedText(JSON.stringify(Object.fromEntries(sorted))),
    encodedText(readAt),
  ];
}

function textOf(value: string | null): Encoded {
  return value === null ? null : encodedText(value);
}

/** Whatever was read when: it says the same. */
export function saysTheSame(a: MetadataValues, b: MetadataValues): boolean {
  return a.slice(0, -1).every((value, index) => value === b[index]);
}

/** When it was read differs from run to run, so it is no part of what is reviewed. */
export function previewMetadata({rows, after}: MetadataChange): Preview {
  const before = rows.find(row => row.before !== null)?.before ?? null;
  return {before: before === null ? null : shown(before, rows.length), after: shown(after, rows.length)};
}

function shown(row: MetadataValues, rows: number): NonNullable<Preview['after']> {
  const compared = metadataColumns.slice(0, -1).map((name, index) => [name, readable(row[index] ?? null)]);
  return {rows, ...Object.fromEntries(compared)};
}
