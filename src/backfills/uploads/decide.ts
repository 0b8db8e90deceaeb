import type {Decision} from '../../core/entry.ts';
import type {Probe} from '../../core/probe.ts';
import type {KnownUpload} from '../../core/uploads.ts';
import type {Inspected, Io} from '../shape.ts';
import type {UploadChange} from './change.ts';
import type {AssetFacts} from './facts.ts';
import {mediaTypeOf} from './media-type.ts';
import {objectName} from './object-name.ts';
import {type AssetRow, uploadedTo} from './read-assets.ts';
import {isAt, rowsOf} from './rows-of.ts';
import {requireWhose} from './scope.ts';
import {similarTo} from './similar-images.ts';
import type {Uploads} from './uploads.ts';
import {rowsWithoutHash} from './without-hash.ts';

/** A file with what is known of its content. */
interface Candidate {
  readonly key: string;
  readonly change: UploadChange;
  /** The user's row of this content; null where there is none. */
  readonly row: AssetRow | null;
  /** What the hash store says. */
  readonly known: KnownUpload | null;
}

/**
 * Each content once for each user and provider: already there, there at another provider, or to be uploaded. What has the
 * same content as an earlier file of the run stands or falls with it. The hash store is looked into first and the target
 * in any case: a row that somebody deleted is made again.
 */
export async function decideUploads(
  page: readonly Inspected<Uploads>[],
  io: Io<Uploads>,
  {facts}: Probe<AssetFacts>,
): Promise<readonly Decision<UploadChange>[]> {
  const candidates = await candidatesOf(page, io, facts);
  const missing = candidates.filter(candidate => !isThere(candidate));
  const first = await firstOf(missing, io);
  const similar = await similarTo(
    missing.filter(({row, key, change}) => row === null && (first.get(change.sha256 ?? '') ?? key) === key),
    io,
    facts,
  );
  await learn(candidates.filter(isThere), io);
  const here = new Set(candidates.map(({key}) => key));
  return candidates.map((candidate): Decision<UploadChange> => {
    const {key, change, row} = candidate;
    if (isThere(candidate)) return {action: 'unchanged', notes: [thereText(candidate)]};
    const leader = first.get(change.sha256 ?? '') ?? key;
    if (leader !== key)
      return {
        action: 'unchanged',
        notes: [`same content: ${leader}`],
        ...(here.has(leader) ? {sameAs: leader} : {}),
      };
    if (row !== null) return {action: 'update', change, notes: [linkText(row)]};
    const notes = [goneText(candidate), unhashedText(change), similar.get(key) ?? null].filter(isText);
    return {action: 'insert', change, ...(notes.length === 0 ? {} : {notes})};
  });
}

async function candidatesOf(
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
    };
  });
}

const noUploads: ReadonlyMap<string, KnownUpload> = new Map();

function formerOf({id, providerId, uploadsText}: AssetRow): UploadChange['before'] {
  return {id, providerId, providerUploads: uploadsText};
}

function isThere({row, change}: Candidate): boolean {
  return isAt(row, change.provider);
}

/** The key that uploads a content, by hash: the first of the run that met it. */
async function firstOf(
  missing: readonly Candidate[],
  {kept}: Io<Uploads>,
): Promise<ReadonlyMap<string, string>> {
  const contents = missing.flatMap(({key, change: {sha256}}) => (sha256 === null ? [] : [{key, sha256}]));
  return contents.length === 0 ? new Map() : kept.firstMet(contents);
}

/** What the target has, the hash store knows from then on. */
async function learn(there: readonly Candidate[], {kept, scope, now}: Io<Uploads>): Promise<void> {
  const unknown = there.filter(
    ({known, row}) => row?.sha256 !== null && (known?.status !== 'success' || known.assetId === null),
  );
  const at = now();
  const uploads = unknown.flatMap(({key, row, known, change: {sha256}}): readonly KnownUpload[] =>
    sha256 === null
      ? []
      : [
          {
            sha256,
            status: 'success',
            note: known?.note ?? '',
            assetId: row?.id ?? null,
            name: known?.status === 'success' ? known.name : key,
            at: known?.status === 'success' ? known.at : at,
          },
        ],
  );
  if (uploads.length > 0) await kept.keepUploads(requireWhose(scope), uploads);
}

function thereText({key, row, known, change: {sha256}}: Candidate): string {
  const asset = `already uploaded: asset ${row?.id ?? '?'}`;
  if (sha256 !== null && row?.sha256 === null)
    return `${asset}, without its hash: uploads-repair fills it in`;
  const renamed =
    known?.status === 'success' && !isSameFile(known.name, key) ? `, uploaded as ${known.name}` : '';
  return `${asset}${renamed}`;
}

/** A key may begin with its folder's name, where there are several folders. */
function isSameFile(name: string, key: string): boolean {
  return name === key || name.endsWith(`/${key}`) || key.endsWith(`/${name}`);
}

function linkText(row: AssetRow): string {
  const providers = uploadedTo(row);
  return `linked: asset ${row.id}${providers.length === 0 ? '' : `, which is at ${providers.join(', ')}`}`;
}

function goneText({known}: Candidate): string | null {
  return known?.status === 'success'
    ? `row gone: uploaded on ${new Date(known.at).toISOString().slice(0, 10)}`
    : known?.status === 'error'
      ? `failed before: ${known.note}`
      : null;
}

function unhashedText({sha256}: UploadChange): string | null {
  return sha256 === null ? 'not hashed: its row gets no hash' : null;
}

function isText(text: string | null): text is string {
  return text !== null;
}
