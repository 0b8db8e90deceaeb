import type {HashingRounds} from './hashing-table.ts';

const kib = 1_024;

/** Bytes of a large file and of the sparse one; how many small files. */
interface Sizes {
  readonly large: number;
  readonly small: number;
  readonly sparse: number;
  readonly rounds: number;
}

/** What an uploads run has to hash: videos, many small pictures, and one file that is larger than any memory. */
export function hashingRounds({large, small, sparse, rounds}: Sizes): readonly HashingRounds[] {
  const same = (files: number, bytes: number) => ({files, least: bytes, most: bytes, step: 1});
  return [
    {title: `8 files of ${large / kib ** 2} MiB`, corpus: same(8, large), inCommand: 1, rounds, goal: 2},
    {
      title: `${small.toLocaleString('en')} files of 4 to 64 KiB`,
      corpus: {files: small, least: 4 * kib, most: 64 * kib, step: kib},
      inCommand: Math.ceil(small / 20),
      rounds,
      goal: 1.2,
    },
    {
      title: `one sparse file of ${sparse / 1e9} GB`,
      corpus: {...same(1, sparse), sparse: true},
      inCommand: 1,
      rounds: 1,
      mostMegabytes: 150,
    },
  ];
}
