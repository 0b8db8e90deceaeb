/** Below that, whatever the nesting, JSON is parsed in a tenth of a second. */
const suspiciousBytes = 1_048_576;

const [quote, backslash, openList, openMap, closeList, closeMap] = [...Buffer.from('"\\[{]}')];

/**
 * Whether JSON, if it is large at all, has more levels than anybody means: eight millions of them, which fit into a page,
 * take JSON.parse three seconds and 800 MB (Node 24).
 */
export function isDeeperThan(json: Buffer, most: number): boolean {
  if (json.length < suspiciousBytes) return false;
  let levels = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (isText) {
      if (byte === backslash) at++;
      else if (byte === quote) isText = false;
    } else if (byte === quote) isText = true;
    else if (byte === openList || byte === openMap) {
      if (++levels > most) return true;
    } else if (byte === closeList || byte === closeMap) levels--;
  }
  return false;
}

const comma = 0x2c;

/**
 * Whether JSON may have more values, or more lists and maps, than so many bytes of a record can. To read eight millions of
 * numbers one by one, as exact-json.ts does where one of them is large, holds everybody up for ten seconds (Node 24).
 */
export function hasMoreValuesThan(json: Buffer, bytes: number): boolean {
  if (json.length <= bytes) return false;
  let commas = 0;
  let opened = 0;
  // Those in texts are counted too: they are bytes of the record as well.
  for (const byte of json) {
    if (byte === comma) commas++;
    else if (byte === openList || byte === openMap) opened++;
  }
  return commas > bytes || opened > bytes;
}
