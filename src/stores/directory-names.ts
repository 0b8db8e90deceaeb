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

/** A name that is only ASCII is the same in UTF-8 and in latin1, in which the file system's bytes arrive. */
const ascii = /^\p{ASCII}*$/u;

export function namedEntry(dirent: Dirent): NamedEntry {
  const kind = kindOf(dirent);
  if (ascii.test(dirent.name)) return {name: dirent.name, raw: dirent.name, valid: true, kind};
  const bytes = Buffer.from(dirent.name, 'latin1');
  if (!isUtf8(bytes)) return {name: escapeBytes(bytes), raw: bytes, valid: false, kind};
  const name = bytes.toString('utf8');
  return {name, raw: name, valid: true, kind};
}

/** In the order in which a walk gives ascending keys: a folder sorts as its name and a slash ("a.txt" is before "a/b"). */
export function inKeyOrder(entries: readonly NamedEntry[]): readonly NamedEntry[] {
  return [...entries].sort((a, b) => compareKeys(sortKey(a), sortKey(b)));
}

/** A name that could be taken for the escaped form of another. */
export function looksEscaped({name}: NamedEntry): boolean {
  return name.includes('\\x');
}

/** Escaped names that no real one of the folder has, nor another escaped one: keys are unique, and always the same. */
export function withFreeNames(
  escaped: readonly NamedEntry[],
  real: readonly NamedEntry[],
): readonly NamedEntry[] {
  const taken = new Set(real.map(({name}) => name));
  return [...escaped]
    .sort((a, b) => Buffer.compare(Buffer.from(a.raw), Buffer.from(b.raw)))
    .map(entry => ({...entry, name: free(entry.name, taken)}));
}

export function sortKey({name, kind}: NamedEntry): string {
  return kind === 'folder' ? `${name}/` : name;
}

export function joinPath(folder: Path, name: Path): Path {
  if (typeof folder === 'string' && typeof name === 'string') return `${folder}/${name}`;
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), Buffer.from(name)]);
}

function kindOf(dirent: Dirent): NamedEntry['kind'] {
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
