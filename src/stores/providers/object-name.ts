import {Fault} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';

/** As long as S3 takes keys, in bytes; a prefix is in front of it. */
const longest = 900;

/**
 * A name is a path below the provider's own place, and stays below it: whatever resolves `.` and `..` (a file system, a
 * URL parser on the way to a bucket) would put the object elsewhere.
 */
export function requireName(name: string): void {
  const why = mistakeIn(name);
  if (why !== null) throw new Fault('invalid', `${printableKey(name)}: an object can't be named so: ${why}`);
}

function mistakeIn(name: string): string | null {
  const segments = name.split('/');
  if (segments.includes('')) return 'one of its parts is empty';
  if (segments.includes('.') || segments.includes('..')) return 'one of its parts is . or ..';
  if (/[\p{Cc}\\]/u.test(name)) return 'it has a control character or a backslash';
  if (!name.isWellFormed()) return 'it has half a character';
  return Buffer.byteLength(name) > longest ? `it is longer than ${longest} bytes` : null;
}
