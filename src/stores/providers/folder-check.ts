import {constants} from 'node:fs';
import {access, stat, statfs} from 'node:fs/promises';
import type {Finding} from '../../core/probe.ts';
import {hasCode} from '../directory-faults.ts';

/** File systems in which no files are kept, whatever their rights say: /proc, /sys, /sys/fs/cgroup, /dev/pts. */
const withoutFiles: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x63677270, 0x27e0eb, 0x1cd1]);

/** Whether files can be uploaded to a folder, as far as that can be told without writing: a dry run writes nothing. */
export async function checkFolder(root: string): Promise<readonly Finding[]> {
  const info = await stat(root).catch(() => null);
  if (info === null)
    return [finding(`${root}: there is no such folder`, 'Make it, or bring it back: is its disk mounted?')];
  if (!info.isDirectory()) return [finding(`${root}: this is not a folder`, 'Name a folder.')];
  try {
    await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (hasCode(error, 'EROFS'))
      return [finding(`${root}: this folder's disk is mounted read-only`, 'Mount it writable.')];
    const remedy = 'Grant the user that runs headgate the right to read and write there.';
    return [{...finding(`${root}: this folder can't be written to`, remedy), isDenied: true}];
  }
  const disk = await statfs(root).catch(() => null);
  if (disk === null || !withoutFiles.has(disk.type))
    return [{level: 'ok', subject: 'provider', message: `${root}: the folder can be written to`}];
  return [finding(`${root}: no files are kept in this folder`, 'Name a folder on a disk.')];
}

function finding(message: string, remedy: string): Finding {
  return {level: 'error', subject: 'provider', message, remedy};
}
