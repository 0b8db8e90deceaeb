import {constants} from 'node:fs';
import {access, open, rm, stat} from 'node:fs/promises';
import {Fault} from '../../core/failure.ts';
import type {Finding} from '../../core/probe.ts';
import {hasCode} from '../directory-faults.ts';
import {writing} from './folder-faults.ts';
import {syncFolder, temporaryName} from './folder-places.ts';

/**
 * Whether files can be uploaded to a folder. What its rights say is not the whole truth (/proc, a disk that is read-only
 * or full), so a small file is written there, brought to the disk and removed again.
 */
export async function checkFolder(root: string): Promise<readonly Finding[]> {
  const info = await stat(root).catch(() => null);
  if (info === null)
    return [finding(`${root}: there is no such folder`, 'Make it, or bring it back: is its disk mounted?')];
  if (!info.isDirectory()) return [finding(`${root}: this is not a folder`, 'Name a folder.')];
  try {
    await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
    await writing(root, () => tryOut(`${root}/${temporaryName('headgate-check')}`));
  } catch (error) {
    return [unwritable(root, error)];
  }
  return [{level: 'ok', subject: 'provider', message: `${root}: the folder can be written to`}];
}

async function tryOut(path: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile('headgate tries whether files can be written here\n');
    await file.sync();
  } finally {
    await file.close();
    await rm(path, {force: true});
  }
  await syncFolder(path.slice(0, path.lastIndexOf('/')));
}

function unwritable(root: string, error: unknown): Finding {
  const cause = error instanceof Fault ? error.cause : error;
  if (hasCode(cause, 'EACCES') || hasCode(cause, 'EPERM')) {
    const remedy = 'Grant the user that runs headgate the right to read and write there.';
    return {...finding(`${root}: this folder can't be written to`, remedy), isDenied: true};
  }
  // The folder is there, and takes no new files: /proc is so.
  if (hasCode(cause, 'ENOENT'))
    return finding(`${root}: no file can be made in this folder`, 'Name a folder on a disk.');
  return finding(error instanceof Error ? error.message : String(error));
}

function finding(message: string, remedy?: string): Finding {
  return {level: 'error', subject: 'provider', message, ...(remedy === undefined ? {} : {remedy})};
}
