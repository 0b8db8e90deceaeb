import {readdirSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';

/** How often this process, with all its threads, has the file open. Linux only. */
export function openOf(path: string): number {
  return readdirSync('/proc/self/fd').filter(fd => linkOf(fd) === path).length;
}

/** Null for the one with which the folder itself was read. */
function linkOf(fd: string): string | null {
  try {
    return readlinkSync(join('/proc/self/fd', fd));
  } catch {
    return null;
  }
}
