import {z} from 'zod';

/** A row of assets as it is read. */
export interface AssetRow {
  /** As text: an integer or a UUID. */
  readonly id: string;
  readonly userId: string;
  readonly sha256: string | null;
  /** 16 lower-case hex digits. */
  readonly phash64: string | null;
  readonly providerId: string | null;
  readonly providerAssetId: string | null;
  /** Provider → its object's name or id. */
  readonly providerUploads: ReadonlyMap<string, string>;
  /** The map as it stands in the table; null where there is none. */
  readonly uploadsText: string | null;
  /** Bytes. */
  readonly size: number | null;
}

const readRow = z.object({
  id: z.string(),
  user_id: z.string(),
  sha256: z.string().nullable(),
  phash64: z.string().nullable(),
  provider_id: z.string().nullable(),
  provider_asset_id: z.string().nullable(),
  provider_uploads: z.string().nullable(),
  size: z.string().nullable(),
});

export function assetRowOf(row: unknown): AssetRow {
  const read = readRow.parse(row);
  return {
    id: read.id,
    userId: read.user_id,
    sha256: read.sha256,
    phash64: read.phash64,
    providerId: read.provider_id,
    providerAssetId: read.provider_asset_id,
    providerUploads: uploadsIn(read.provider_uploads) ?? new Map(),
    uploadsText: read.provider_uploads,
    size: read.size === null ? null : Number(read.size),
  };
}

const uploads = z.record(z.string(), z.unknown()).nullable();
const object = z.union([
  z.string(),
  z.object({id: z.union([z.string(), z.number()])}).transform(({id}) => String(id)),
]);

/** Provider → object, of what provider_uploads holds; what is neither a text nor has an id is named "". Null is no map. */
export function uploadsIn(text: string | null): ReadonlyMap<string, string> | null {
  if (text === null) return new Map();
  const parsed = uploads.safeParse(jsonIn(text));
  if (!parsed.success) return null;
  return new Map(
    Object.entries(parsed.data ?? {}).map(([provider, value]) => {
      const named = object.safeParse(value);
      return [provider, named.success ? named.data : ''];
    }),
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The providers that have the content of a row, the first of them first. */
export function uploadedTo({
  providerId,
  providerUploads,
}: Pick<AssetRow, 'providerId' | 'providerUploads'>): readonly string[] {
  return [...new Set([...(providerId === null ? [] : [providerId]), ...providerUploads.keys()])];
}

/** What a provider calls the content of a row; null where no provider of that name has it. */
export function objectAt(row: AssetRow, provider: string): string | null {
  if (!uploadedTo(row).includes(provider)) return null;
  const mapped = row.providerUploads.get(provider);
  return mapped !== undefined && mapped !== '' ? mapped : row.providerAssetId;
}
