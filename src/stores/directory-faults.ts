import {type FailureKind, Fault} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

const kinds: Readonly<Record<string, FailureKind>> = {
  EACCES: 'denied',
  EPERM: 'denied',
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  ENAMETOOLONG: 'invalid',
  ELOOP: 'invalid',
  EISDIR: 'changed',
  EBUSY: 'server-error',
  EIO: 'server-error',
  ESTALE: 'connection',
  ETIMEDOUT: 'timeout',
  EAGAIN: 'server-error',
  EMFILE: 'rate-limited',
  ENFILE: 'rate-limited',
};

/** What the file system said about a key, as a failure that names it. */
export function faultOf(error: unknown, key: string): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = error instanceof Error ? (error.message.split(',')[0] ?? error.message) : String(error);
  return new Fault(kinds[code] ?? 'server-error', `${printableKey(key)}: ${said}`, {cause: error});
}
