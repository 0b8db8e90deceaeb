const named: Readonly<Record<string, string>> = {lt: '<', gt: '>', amp: '&', quot: '"', apos: "'"};

/**
 * A text of XML as it was before it was escaped. What is no entity stays as it is. So does a bare CR, which XML would
 * read as a line feed: a server that puts one there (miniflare's R2) has not escaped the key, and means a CR.
 */
export function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  // Every ETag has two of these, and hardly a key another one.
  const almost = text.replaceAll('&quot;', '"');
  if (!almost.includes('&')) return almost;
  return almost.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (entity, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? entity;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0x10ffff ? entity : String.fromCodePoint(code);
  });
}
