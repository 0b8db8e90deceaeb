/**
 * Any SQLite value as text that JSON carries, and back, both in SQL: what a before-image holds of a row is then put back
 * byte for byte, whatever its columns hold. JavaScript never sees the value itself, which it would round or cut: a text
 * that is not plain ASCII may be no UTF-8 at all, and travels as hex. What the database can't read back from its own
 * text (some reals beyond 1e120 or below 1e-90, in the SQLite that D1 runs) is marked as such, and isExact tells.
 */

/** SQL of a value's text: a letter for its type, then the value; NULL stays NULL. */
export function encoded(value: string): string {
  return `CASE typeof(${value})
    WHEN 'null' THEN NULL
    WHEN 'integer' THEN 'i' || ${value}
    WHEN 'real' THEN CASE
      WHEN CAST(printf('%!.17g', ${value}) AS REAL) = ${value} THEN 'r' || printf('%!.17g', ${value})
      WHEN abs(${value}) = 9e999 THEN CASE WHEN ${value} > 0 THEN 'r9e999' ELSE 'r-9e999' END
      ELSE 'x' || printf('%!.17g', ${value})
    END
    WHEN 'blob' THEN 'b' || hex(${value})
    ELSE CASE
      WHEN ${value} GLOB '*[^' || char(1) || '-' || char(127) || ']*' OR instr(${value}, char(0)) > 0 THEN 'h' || hex(${value})
      ELSE 't' || ${value}
    END
  END`;
}

/** SQL of the value that such a text stands for. */
export function decoded(text: string): string {
  return `CASE substr(${text}, 1, 1)
    WHEN 'i' THEN CAST(substr(${text}, 2) AS INTEGER)
    WHEN 'r' THEN CAST(substr(${text}, 2) AS REAL)
    WHEN 't' THEN substr(${text}, 2)
    WHEN 'h' THEN CAST(unhex(substr(${text}, 2)) AS TEXT)
    WHEN 'b' THEN unhex(substr(${text}, 2))
  END`;
}

/** A value as its text, null for NULL. */
export type Encoded = string | null;

/** What a person reads: the value, and of bytes what they are. */
export function readable(text: Encoded): string | number | null {
  if (text === null) return null;
  const value = text.slice(1);
  switch (text[0]) {
    case 'i': {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value;
    }
    case 'r':
    case 'x':
      return Number(value);
    case 'b':
      return `(${value.length / 2} bytes)`;
    case 'h':
      return Buffer.from(value, 'hex').toString('utf8');
    default:
      return value;
  }
}

/** Decoding gives the very value again. */
export function isExact(text: Encoded): boolean {
  return text?.[0] !== 'x';
}

/** A text as the database would encode it. */
export function encodedText(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII but NUL is meant
  return /^[\u0001-\u007f]*$/.test(value)
    ? `t${value}`
    : `h${Buffer.from(value, 'utf8').toString('hex').toUpperCase()}`;
}
