import {basename, resolve} from 'node:path';
import {OperatorError} from '../core/operator-error.ts';
import {isInside} from './directory-object.ts';

/** How several folders are named as one source, and what their keys begin with. */

const scheme = 'folders:';

/** `folders:/photos:/video`, the same in whatever order they were named; `%` and `:` of a path as %25 and %3A. */
export function formatFolders(folders: readonly string[]): string {
  const paths = folders.map(folder => resolve(folder)).sort(byBytes);
  return scheme + paths.map(path => path.replaceAll('%', '%25').replaceAll(':', '%3A')).join(':');
}

/** The folders of such a name; null where it is none. */
export function parseFolders(label: string): readonly string[] | null {
  if (!label.startsWith(scheme)) return null;
  const folders = label
    .slice(scheme.length)
    .split(':')
    .map(part => part.replaceAll(/%3A/gi, ':').replaceAll('%25', '%'));
  return folders.includes('') ? null : folders;
}

export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** What the keys of each folder begin with, for real paths in the order of their bytes: no two the same. */
export function namesOf(roots: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return roots.map(root => {
    const name = basename(root);
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name}~${number}`;
    taken.add(free);
    return free;
  });
}

/** A file that lies in two folders would be uploaded under two keys. */
export function requireApart(folders: readonly {readonly root: string; readonly folder: string}[]): void {
  for (const [index, one] of folders.entries())
    for (const other of folders.slice(index + 1)) {
      if (one.root === other.root) throw overlap(one.folder, other.folder, 'they are the same folder');
      if (isInside(one.root, other.root))
        throw overlap(one.folder, other.folder, `${other.folder} lies in ${one.folder}`);
    }
}

function overlap(one: string, other: string, why: string): OperatorError {
  return new OperatorError(
    'usage',
    `folders ${one} and ${other}: ${why}`,
    `Name each folder once, and none that lies in another: leave out ${other}.`,
  );
}
