/** Bytes of JSON in one parameter: D1 takes a million, less would only be more requests. */
const partBytes = 900_000;

/** A list as JSON texts of bounded size, in order; an item alone may be larger. No list is no text. */
export function jsonParts(items: readonly unknown[], most: number = partBytes): readonly string[] {
  return partsOf(
    items.map(item => JSON.stringify(item)),
    text => Buffer.byteLength(text) + 1,
    most,
  ).map(texts => `[${texts.join(',')}]`);
}

/** A list in parts of bounded size, in order; an item alone may be larger. No list is no part. */
export function partsOf<T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  most: number = partBytes,
): readonly (readonly T[])[] {
  const parts: T[][] = [];
  let left = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    const part = parts.at(-1);
    if (part === undefined || bytes > left) {
      parts.push([item]);
      left = most - bytes;
    } else {
      part.push(item);
      left -= bytes;
    }
  }
  return parts;
}
