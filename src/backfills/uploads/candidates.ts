import type {KnownUpload} from '../../core/uploads.ts';
import type {Inspected, Io} from '../shape.ts';
import {type AssetRow, objectAt} from './asset-row.ts';
import type {UploadChange} from './change.ts';
import type {AssetFacts} from './facts.ts';
import {type FoundObject, findObjects} from './find-objects.ts';
import {mediaTypeOf} from './media-type.ts';
import {objectName} from './object-name.ts';
import {isAt, rowsOf} from './rows-of.ts';
import {requireWhose} from './scope.ts';
import type {Uploads} from './uploads.ts';
import {rowsWithoutHash} from './without-hash.ts';

/** A file with what is known of its content. */
export interface Candidate {
  readonly key: string;
  readonly change: UploadChange;
  /** The user's row of this content; null where there is none. */
  readonly row: AssetRow | null;
  /** What the hash store says. */
  readonly known: KnownUpload | null;
  /**
   * Of the provider: no row says that it has the content; one says so; one says so, and the object is lost, another, or
   * can't be looked at.
   */
  readonly standing: 'missing' | 'there' | 'lost' | 'other' | 'unseen';
  /** Why it can't be looked at. */
  readonly why?: string;
}

/** What the target and the hash store say of files; where nothing is taken for granted, what the provider says as well. */
export async function candidatesOf(
  page: readonly Inspected<Uploads>[],
  io: Io<Uploads>,
  facts: AssetFacts,
): Promise<readonly Candidate[]> {
  const candidates = await toldByRows(page, io, facts);
  if (!io.kept.fresh) return candidates;
  const there = candidates.flatMap(({standing, row, change}) => {
    const object = standing === 'there' && row !== null ? objectAt(row, change.provider) : null;
    return object === null ? [] : [{...change, object}];
  });
  const found = await findObjects(there, io);
  return candidates.map(candidate => withObject(candidate, found.get(candidate.key)));
}

function withObject(candidate: Candidate, found: FoundObject | undefined): Candidate {
  if (found === undefined || found.is === 'same') return candidate;
  const {object, is, why} = found;
  const change: UploadChange = {...candidate.change, object, restores: true};
  return {...candidate, standing: is, change, ...(why === undefined ? {} : {why})};
}

async function toldByRows(
  page: readonly Inspected<Uploads>[],
  io: Io<Uploads>,
  facts: AssetFacts,
): Promise<readonly Candidate[]> {
  const {target, scope, kept, now} = io;
  const {user, provider} = requireWhose(scope);
  const at = new Date(now()).toISOString();
  const changeOf = ({item: {key}, found}: Inspected<Uploads>): UploadChange => {
    const {sha256, phash64, size, version} = found;
    const object = objectName({user, sha256, key, version});
    return {key, user, sha256, phash64, provider, object, ...mediaTypeOf(key), size, at, before: null};
  };
  const changes = page.map(changeOf);
  const hashes = [...new Set(changes.flatMap(({sha256}) => sha256 ?? []))];
  const [hashed, known] = await Promise.all([
    rowsOf(target, facts, changes),
    hashes.length === 0 ? noUploads : kept.uploads({user, provider}, hashes),
  ]);
  const unknown = page.filter(({found: {sha256}}, index) => sha256 !== null && hashed[index] === null);
  const without = await rowsWithoutHash(unknown, io, facts);
  const rows = hashed.map((row, index) => row ?? without.get(page[index]?.item.key ?? '') ?? null);
  return changes.map((change, index) => {
    const row = rows[index] ?? null;
    return {
      key: change.key,
      row,
      known: change.sha256 === null ? null : (known.get(change.sha256) ?? null),
      change: row === null ? change : {...change, before: formerOf(row)},
      standing: isAt(row, change.provider) ? 'there' : 'missing',
    };
  });
}

const noUploads: ReadonlyMap<string, KnownUpload> = new Map();

function formerOf({id, providerId, uploadsText}: AssetRow): UploadChange['before'] {
  return {id, providerId, providerUploads: uploadsText};
}
