/** Identities are normalised here and nowhere else: the originals doubled a catalogue by doing it twice, differently. */

const sha256Hex = /^[0-9a-f]{64}$/;

/** A SHA-256 as 64 lower-case hex digits; null where the text is no such hash. */
export function normaliseHash(hash: string): string | null {
  const lower = hash.toLowerCase();
  return sha256Hex.test(lower) ? lower : null;
}

/** An ETag without its quotes and without the prefix of a weak one. */
export function normaliseEtag(etag: string): string {
  // Every object of a listing comes by here, and most have neither.
  if (!etag.startsWith('"') && !etag.startsWith('W/')) return etag;
  return etag.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}
