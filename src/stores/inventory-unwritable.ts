import {OperatorError} from '../core/operator-error.ts';

const disk = 'Free some space, or name a file on another disk.';
const right = 'Grant the user that runs headgate the right to write there, or name another file.';
const place = 'Name another file.';

const reasons: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ENOSPC: ['the disk is full', disk],
  EDQUOT: ['the disk quota is used up', disk],
  EFBIG: ['it is larger than a file may be', disk],
  EACCES: ['that is not permitted', right],
  EPERM: ['that is not permitted', right],
  EROFS: ['the disk is read-only', right],
  EISDIR: ['a folder is in its place', place],
  ENOTDIR: ['a file is in the place of one of its folders', place],
  EEXIST: ['a file is in the place of one of its folders', place],
  ELOOP: ['it is a link that leads back to itself', place],
  ENAMETOOLONG: ['its name is too long', place],
};

/** Why an inventory can't be written, from what the file system said; any other error as it is. */
export function unwritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return error;
  const [why, hint] = reasons[String(error.code)] ?? [error.message, place];
  return new OperatorError('usage', `${path}: the inventory can't be written: ${why}`, hint);
}
