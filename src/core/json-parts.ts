/** Bytes of JSON in one parameter: D1 takes a million, less would only be more requests. */
const partBytes = 900_000;

/** A list as JSON texts of bounded size, in order; an item alone may be larger. No list is no text. */
export function jsonParts(items: readonly unknown[], most: number = partBytes): readonly string[] {
  const parts: string[] = [];
  let part: string[] = [];
  let bytes = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    const size = Buffer.byteLength(text) + 1;
    if (part.length > 0 && bytes + size > most) {
      parts.push(`[${part.join(',')}]`);
      part = [];
      bytes = 0;
    }
    part.push(text);
    bytes += size;
  }
  if (part.length > 0) parts.push(`[${part.join(',')}]`);
  return parts;
}
