import {type FailureKind, Fault} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';
import {faultOf} from '../directory-faults.ts';

const space = 'free some space, or name a folder on another disk';
const right = 'grant the user that runs headgate the right to write there';

interface Reason {
  readonly kind: FailureKind;
  readonly why: string;
  readonly todo: string;
}

const reasons: Readonly<Record<string, Reason>> = {
  ENOSPC: {kind: 'refused', why: 'the disk is full', todo: space},
  EDQUOT: {kind: 'refused', why: 'the disk quota is used up', todo: space},
  EFBIG: {
    kind: 'too-large',
    why: 'it is larger than a file may be there',
    todo: 'name a folder on another disk',
  },
  EACCES: {kind: 'denied', why: 'that is not permitted', todo: right},
  EPERM: {kind: 'denied', why: 'that is not permitted', todo: right},
  EROFS: {kind: 'denied', why: 'the disk is read-only', todo: 'mount it for writing, or name another folder'},
  ENOENT: {kind: 'not-found', why: 'the folder is gone', todo: 'bring it back: is its disk mounted?'},
  ENOTDIR: {kind: 'invalid', why: 'a file is in the place of one of its folders', todo: 'move that away'},
  EEXIST: {kind: 'invalid', why: 'a file is in the place of one of its folders', todo: 'move that away'},
  EISDIR: {kind: 'invalid', why: 'a folder is in its place', todo: 'move that away'},
  ELOOP: {kind: 'invalid', why: 'a link leads back to itself', todo: 'remove that link'},
};

/** Runs a call to the file system; what that says of writing is a Fault that names the path, and what to do. */
export async function writing<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): Fault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons[code];
  if (reason === undefined || error instanceof Fault) return faultOf(error, path);
  const {kind, why, todo} = reason;
  return new Fault(kind, `${printableKey(path)}: it can't be written: ${why} (${code}): ${todo}`, {
    cause: error,
  });
}
