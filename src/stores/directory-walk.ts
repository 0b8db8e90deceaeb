import {Fault} from '../core/failure.ts';
import {compareKeys, inRange} from '../core/keys.ts';
import {hasCode} from './directory-faults.ts';
import {
  inKeyOrder,
  joinPath,
  looksEscaped,
  type NamedEntry,
  namedEntry,
  sortKey,
  withFreeNames,
} from './directory-names.ts';
import {describeFile, isBelow, objectOf, unreadableFolder} from './directory-object.ts';
import {type Path, readdir, stat} from './files.ts';
import {type Look, localLooks} from './looks.ts';
import type {Listing, StoredObject} from './object-store.ts';

const batchSize = 1_000;

interface Folder {
  readonly path: Path;
  readonly prefix: string;
  readonly valid: boolean;
  readonly entries: readonly NamedEntry[];
  next: number;
}

/**
 * Walks a tree so that keys come in byte order; memory is one page and the names of the folders on the way. A root that
 * vanishes meanwhile, or is unmounted, is a failure: it would look as if everything in it were gone.
 */
export async function* walk(root: string, listing: Listing): AsyncGenerator<readonly StoredObject[]> {
  const identity = await identityOf(root, listing.signal);
  const stack: Folder[] = [await openFolder(root, root, '', true, listing)];
  let page: StoredObject[] = [];
  for (let folder = stack.at(-1); folder !== undefined; folder = stack.at(-1)) {
    listing.signal.throwIfAborted();
    const files = nextFiles(folder);
    page.push(...(await describeAll(root, folder, files, listing.signal)));
    const below = folder.entries[folder.next];
    if (page.length >= batchSize) {
      await requireStill(root, identity, listing.signal);
      yield page;
      page = [];
    }
    if (below === undefined) stack.pop();
    else if (below.kind === 'folder') {
      folder.next++;
      try {
        stack.push(
          await openFolder(
            root,
            joinPath(folder.path, below.raw),
            `${folder.prefix}${below.name}/`,
            folder.valid && below.valid,
            listing,
          ),
        );
      } catch (error) {
        listing.signal.throwIfAborted();
        if (hasCode(error, 'ENOENT')) continue;
        page.push(unreadableFolder(`${folder.prefix}${below.name}/`, error));
      }
    }
  }
  await requireStill(root, identity, listing.signal);
  if (page.length > 0) yield page;
}

async function identityOf(root: string, signal: AbortSignal): Promise<string> {
  const {dev, ino} = await stat(root, signal);
  return `${dev}:${ino}`;
}

async function requireStill(root: string, identity: string, signal: AbortSignal): Promise<void> {
  const now = await identityOf(root, signal).catch(() => null);
  signal.throwIfAborted();
  if (now !== identity)
    throw new Fault(
      'not-found',
      `${root}: the folder was removed, replaced or unmounted while it was listed`,
    );
}

/** The files up to the next folder, at most a batch. Leaves `folder.next` at what follows. */
function nextFiles(folder: Folder): readonly NamedEntry[] {
  const files: NamedEntry[] = [];
  for (; files.length < batchSize; folder.next++) {
    const entry = folder.entries[folder.next];
    if (entry === undefined || entry.kind === 'folder') break;
    files.push(entry);
  }
  return files;
}

/** Whether any key below the folder can be in the listing. */
export function reaches(folderPrefix: string, {prefix, lo, hi}: Listing): boolean {
  if (!folderPrefix.startsWith(prefix) && !prefix.startsWith(folderPrefix)) return false;
  if (hi !== null && compareKeys(folderPrefix, hi) > 0) return false;
  return lo.startsWith(folderPrefix) || compareKeys(folderPrefix, lo) > 0;
}

/** Fails with ENOENT where the folder has meanwhile become a link that leads out. */
async function openFolder(
  root: string,
  path: Path,
  prefix: string,
  valid: boolean,
  listing: Listing,
): Promise<Folder> {
  if (prefix !== '' && !(await isBelow(root, path, listing.signal)))
    throw Object.assign(new Error('not in the folder'), {code: 'ENOENT'});
  const isWanted = (entry: NamedEntry) => isCandidate(prefix + sortKey(entry), entry, listing);
  // Only what the listing can hold is kept: several partitions may be in one large folder.
  const entries: NamedEntry[] = [];
  const escaped: NamedEntry[] = [];
  const lookalikes: NamedEntry[] = [];
  for await (const dirent of readdir(path, listing.signal)) {
    const entry = namedEntry(dirent);
    if (!entry.valid) escaped.push(entry);
    else if (isWanted(entry)) entries.push(entry);
    if (entry.valid && looksEscaped(entry)) lookalikes.push(entry);
  }
  entries.push(...withFreeNames(escaped, lookalikes).filter(isWanted));
  return {path, prefix, valid, entries: inKeyOrder(entries), next: 0};
}

async function describeAll(
  root: string,
  folder: Folder,
  files: readonly NamedEntry[],
  signal: AbortSignal,
): Promise<readonly StoredObject[]> {
  const plain = files.map(({kind, raw}) => (kind === 'file' ? joinPath(folder.path, raw) : null));
  const paths = plain.filter(path => typeof path === 'string');
  const looks = (await localLooks.lookAt(paths)).values();
  signal.throwIfAborted();
  const objects = files.map((file, index) => {
    const look = typeof plain[index] === 'string' ? looks.next().value : null;
    return describe(root, folder, file, look ?? null, signal);
  });
  return (await Promise.all(objects)).filter(object => object !== null);
}

async function describe(
  root: string,
  folder: Folder,
  entry: NamedEntry,
  look: Look | null,
  signal: AbortSignal,
): Promise<StoredObject | null> {
  const key = folder.prefix + entry.name;
  const object =
    look === null
      ? await describeFile(root, joinPath(folder.path, entry.raw), key, signal)
      : objectOf(key, look);
  if (object === null || (folder.valid && entry.valid)) return object;
  return {
    ...object,
    fault: {
      kind: 'invalid',
      message: 'its name is not UTF-8: rename it (bytes that are not are shown as \\xHH)',
    },
  };
}

/** The key of the entry in the middle of what the range holds, in the first folder on the way that holds several. */
export async function middleOf(root: string, listing: Listing): Promise<string | null> {
  let folder = await openFolder(root, root, '', true, listing);
  for (;;) {
    const inside = folder.entries;
    const [only] = inside;
    if (inside.length > 1) {
      const middle = inside[Math.floor((inside.length - 1) / 2)];
      if (middle === undefined) return null;
      // "0" follows "/": everything below the folder is before it.
      const key = folder.prefix + (middle.kind === 'folder' ? `${middle.name}0` : middle.name);
      return inRange(key, listing) && key !== listing.hi ? key : null;
    }
    if (only === undefined || only.kind !== 'folder') return null;
    folder = await openFolder(
      root,
      joinPath(folder.path, only.raw),
      `${folder.prefix}${only.name}/`,
      true,
      listing,
    );
  }
}

function isCandidate(key: string, entry: NamedEntry, listing: Listing): boolean {
  if (entry.kind === 'folder') return reaches(key, listing);
  return key.startsWith(listing.prefix) && inRange(key, listing);
}
