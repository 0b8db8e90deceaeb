import {SimilarHashes} from '../../core/similar.ts';
import type {Io} from '../shape.ts';
import type {UploadChange} from './change.ts';
import type {AssetFacts} from './facts.ts';
import {readLooks} from './read-assets.ts';
import {requireWhose} from './scope.ts';
import type {Uploads} from './uploads.ts';

interface Image {
  readonly key: string;
  readonly change: UploadChange;
}

/** What the images of a run are compared with: the user's, and those before them. It lives as long as the run does. */
const indexes = new WeakMap<object, Promise<SimilarHashes>>();

/** `similar: asset 12, 3 of 64 bits differ`, by key: a warning, and nothing hangs on it. Only a dry run looks. */
export async function similarTo(
  images: readonly Image[],
  io: Io<Uploads>,
  facts: AssetFacts,
): Promise<ReadonlyMap<string, string>> {
  const looking = images.flatMap(({key, change: {phash64}}) => (phash64 === null ? [] : [{key, phash64}]));
  if (looking.length === 0 || !io.kept.rehearses) return new Map();
  const index = await indexOf(io, facts);
  const found = new Map<string, string>();
  for (const {key, phash64} of looking) {
    const similar = index.nearest(phash64);
    if (similar !== null) found.set(key, `similar: ${similar.name}, ${bitsText(similar.distance)}`);
    index.add(phash64, key);
  }
  return found;
}

function bitsText(distance: number): string {
  return distance === 0 ? 'looks the same' : `${distance} of 64 bits differ`;
}

function indexOf(io: Io<Uploads>, facts: AssetFacts): Promise<SimilarHashes> {
  const known = indexes.get(io);
  if (known !== undefined) return known;
  const made = makeIndex(io, facts);
  indexes.set(io, made);
  return made;
}

async function makeIndex({target, scope, signal}: Io<Uploads>, facts: AssetFacts) {
  const index = new SimilarHashes();
  if (!facts.hasLooks) return index;
  for await (const rows of readLooks(target, facts, requireWhose(scope).user, signal))
    for (const {id, phash64} of rows) index.add(phash64, `asset ${id}`);
  return index;
}
