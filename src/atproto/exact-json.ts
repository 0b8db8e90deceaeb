/**
 * JSON in which whole numbers beyond 2^53 stay what they are. Few texts have any: only where one looks as if it had is it
 * read number by number, which takes eight times as long.
 */

export type JsonMap = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const largeNumber = /[:[,]\s*-?\d{16}/;
/** As many digits as 64 bits can have: to read a million of them would take seconds. */
const whole = /^-?\d{16,20}$/;

/** As JSON.parse, with bigints where a number would be rounded. */
export function parseExactly(text: string): unknown {
  if (!largeNumber.test(text)) return JSON.parse(text);
  try {
    return JSON.parse(text, (_key, value: unknown, context?: {readonly source?: string}) => {
      const source = context?.source;
      if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
      return whole.test(source) ? BigInt(source) : value;
    });
  } catch (error) {
    // Nested so deeply that no record can be: what it holds is refused for that, whatever its numbers are.
    if (error instanceof RangeError) return JSON.parse(text);
    throw error;
  }
}

/** As JSON.stringify, of what `parseExactly` gave and no deeper than a record may be. */
export function stringifyExactly(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // It takes no bigints.
    if (error instanceof TypeError) return stringified(value);
    throw error;
  }
}

function stringified(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(stringified).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${stringified(item)}`);
  return `{${entries.join(',')}}`;
}
