import {isUtf8} from 'node:buffer';
import type {Dirent} from 'node:fs';
import {compareKeys} from '../core/keys.ts';
import type {Path} from './files.ts';

export interface NamedEntry {
  /** The key's segment; where the name is not UTF-8, its bytes as \xHH. */
  readonly name: string;
  readonly raw: Path;
  readonly valid: boolean;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/**
 * The entries of one folder in the order in which a walk gives ascending keys: a folder sorts as its name and a slash,
 * because "a.txt" comes before "a/b" by bytes.
 */
export function inKeyOrder(dirents: readonly Dirent<Buffer>[]): readonly NamedEntry[] {
  const taken = new Set<string>();
  const entries = dirents.map(dirent => named(dirent));
  for (const {name, valid} of entries) if (valid) taken.add(name);
  return entries
    .map(entry => (entry.valid ? entry : {...entry, name: free(entry.name, taken)}))
    .sort((a, b) => compareKeys(sortKey(a), sortKey(b)));
}

export function sortKey({name, kind}: NamedEntry): string {
  return kind === 'folder' ? `${name}/` : name;
}

export function joinPath(folder: Path, name: Path): Path {
  if (typeof folder === 'string' && typeof name === 'string') return `${folder}/${name}`;
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), Buffer.from(name)]);
}

function named(dirent: Dirent<Buffer>): NamedEntry {
  const kind = kindOf(dirent);
  if (isUtf8(dirent.name)) {
    const name = dirent.name.toString('utf8');
    return {name, raw: name, valid: true, kind};
  }
  return {name: escapeBytes(dirent.name), raw: dirent.name, valid: false, kind};
}

function kindOf(dirent: Dirent<Buffer>): NamedEntry['kind'] {
  if (dirent.isFile()) return 'file';
  if (dirent.isDirectory()) return 'folder';
  return dirent.isSymbolicLink() ? 'link' : 'other';
}

/** Printable ASCII as it is, every other byte as \xHH. */
function escapeBytes(bytes: Buffer): string {
  return Array.from(bytes, byte =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}

/** A name that no real file of the folder has: keys are unique. */
function free(name: string, taken: Set<string>): string {
  let candidate = name;
  while (taken.has(candidate)) candidate += '?';
  taken.add(candidate);
  return candidate;
}
