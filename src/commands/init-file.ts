import {mkdir, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {OperatorError} from '../core/operator-error.ts';

/** A file that `headgate init` makes for the operator. */
export interface NewFile {
  /** What the operator calls it: `config`. */
  readonly noun: string;
  readonly path: string;
  readonly hints: {readonly isThere: string; readonly isRefused: string};
  /** Folders above it are made where they are missing. */
  readonly makesFolders?: true;
}

/** Never overwrites: fails where the file is there, whoever made it a moment ago. */
export async function writeNew(file: NewFile, text: string): Promise<void> {
  const {noun, path, hints, makesFolders} = file;
  try {
    if (makesFolders) await mkdir(dirname(path), {recursive: true});
    await writeFile(path, text, {flag: 'wx'});
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    // A file in a folder's place is told as EEXIST too, by mkdir.
    if (error.code === 'EEXIST' && 'syscall' in error && error.syscall === 'open') throw isThere(file);
    throw new OperatorError(
      'usage',
      `${noun} ${path}: it can't be written (${error.message})`,
      hints.isRefused,
    );
  }
}

export function isThere({noun, path, hints}: NewFile): OperatorError {
  return new OperatorError(
    'usage',
    `${noun} ${path}: it is there already, and is left as it is`,
    hints.isThere,
  );
}
