import type fc from 'fast-check';
import type {KeyRange} from '../../src/core/keys.ts';

export function inByteOrder(keys: readonly string[]): readonly string[] {
  return [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Ranges and prefixes around the keys: their own, their folders, what lies just before and behind. */
export function rangesOf(
  keys: readonly string[],
  texts: fc.Stream<string>,
): readonly (KeyRange & {readonly prefix: string})[] {
  const folders = keys.flatMap(key => (key.includes('/') ? [key.slice(0, key.lastIndexOf('/'))] : []));
  const edges = [
    ...keys,
    ...keys.map(key => `${key}0`),
    ...folders.flatMap(folder => [folder, `${folder}/`, `${folder}0`]),
    ...texts.take(4),
  ];
  const at = (index: number) => edges[index % edges.length] ?? '';
  return Array.from({length: 12}, (_, index) => ({
    prefix: index % 3 === 0 ? at(index * 5) : '',
    lo: index % 4 === 0 ? '' : at(index * 7),
    hi: index % 5 === 0 ? null : at(index * 11 + 1),
  }));
}
