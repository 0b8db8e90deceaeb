import {Fault} from '../core/failure.ts';
import {compareKeys, inRange, printableKey} from '../core/keys.ts';
import {directoryStore, type LocalStore, rootOf} from './directory.ts';
import {byBytes, formatFolders, namesOf, requireApart} from './folder-names.ts';
import type {Listing, StoredObject} from './object-store.ts';

/**
 * Several folders as one store: a key is the folder's name, a slash and the path below it. Of two folders with the same
 * name the second, by their real paths, is `NAME~2`. All keys of one folder come before or after all of another, so that
 * a listing is one folder after the other. One folder alone is what directoryStore makes of it.
 */
export async function foldersStore(folders: readonly string[]): Promise<LocalStore> {
  const [only, ...more] = folders;
  if (only !== undefined && more.length === 0) return directoryStore(only);
  const members = await membersOf(folders);
  const memberOf = (key: string) => members.find(({start}) => key.startsWith(start)) ?? null;
  return {
    host: 'local disk',
    service: 'local',
    id: formatFolders(members.map(({root}) => root)),
    label: formatFolders(folders),
    bucket: members.map(({start}) => start.slice(0, -1)).join('+'),
    prefix: '',
    roots: members.map(({root}) => root),
    check: async () => (await Promise.all(members.map(({store}) => store.check()))).flat(),
    list: listing => list(members, listing),
    lookup: async (key, signal) => {
      signal.throwIfAborted();
      const member = memberOf(key);
      const found = await member?.store.lookup(key.slice(member.start.length), signal);
      return member === null || found == null ? null : member.outer(found);
    },
    sha256: async (object, options) => {
      const member = required(memberOf(object.key), object.key);
      const inner = member.inner(object);
      return member.store.sha256(inner, options).catch(error => {
        throw renamed(error, inner.key, object.key);
      });
    },
    read: (object, options) => read(required(memberOf(object.key), object.key), object, options),
    pathOf: key => {
      const {store, start} = required(memberOf(key), key);
      return store.pathOf(key.slice(start.length));
    },
    statedSha256: () => Promise.resolve(null),
    middle: listing => middle(members, listing),
  };
}

class Member {
  /** With all links resolved. */
  readonly root: string;
  /** What its keys begin with: its name and a slash. */
  readonly start: string;
  readonly store: LocalStore;

  constructor(root: string, name: string, store: LocalStore) {
    this.root = root;
    this.start = `${name}/`;
    this.store = store;
  }

  outer(object: StoredObject): StoredObject {
    const key = this.start + object.key;
    if (object.fault === undefined) return {...object, key};
    const {kind, message} = object.fault;
    return {...object, key, fault: {kind, message: messageFor(message, object.key, key)}};
  }

  inner(object: StoredObject): StoredObject {
    return {...object, key: object.key.slice(this.start.length)};
  }

  /** What of a listing is in this folder, as its own store takes it; null where nothing can be. */
  narrowed({prefix, lo, hi, ...rest}: Listing): Listing | null {
    const isWhole = this.start.startsWith(prefix);
    if (!isWhole && !prefix.startsWith(this.start)) return null;
    const beginsInside = lo.startsWith(this.start);
    if (!beginsInside && compareKeys(lo, this.start) > 0) return null;
    const endsInside = hi?.startsWith(this.start) === true;
    if (hi !== null && !endsInside && compareKeys(hi, this.start) < 0) return null;
    return {
      ...rest,
      prefix: isWhole ? '' : prefix.slice(this.start.length),
      lo: beginsInside ? lo.slice(this.start.length) : '',
      hi: endsInside ? hi.slice(this.start.length) : null,
    };
  }
}

/** In the order of their keys. */
async function membersOf(folders: readonly string[]): Promise<readonly Member[]> {
  const named = await Promise.all(folders.map(async folder => ({folder, root: await rootOf(folder)})));
  const sorted = named.toSorted((a, b) => byBytes(a.root, b.root));
  requireApart(sorted);
  const names = namesOf(sorted.map(({root}) => root));
  const members = sorted.map(
    async ({folder, root}, index) => new Member(root, names[index] ?? root, await directoryStore(folder)),
  );
  return (await Promise.all(members)).toSorted((a, b) => byBytes(a.start, b.start));
}

async function* list(members: readonly Member[], listing: Listing): AsyncGenerator<readonly StoredObject[]> {
  listing.signal.throwIfAborted();
  for (const member of members) {
    const narrowed = member.narrowed(listing);
    if (narrowed === null) continue;
    for await (const page of member.store.list(narrowed)) yield page.map(object => member.outer(object));
  }
}

async function* read(
  member: Member,
  object: StoredObject,
  options: Parameters<LocalStore['read']>[1],
): AsyncGenerator<Uint8Array> {
  const inner = member.inner(object);
  try {
    yield* member.store.read(inner, options);
  } catch (error) {
    throw renamed(error, inner.key, object.key);
  }
}

/** Behind a whole folder, or within the only one that has something of the range. */
async function middle(members: readonly Member[], listing: Listing): Promise<string | null> {
  const filled: {readonly member: Member; readonly narrowed: Listing}[] = [];
  for (const member of members) {
    const narrowed = member.narrowed(listing);
    if (narrowed !== null && (await hasAny(member, narrowed))) filled.push({member, narrowed});
  }
  const [first, second] = filled;
  if (first === undefined) return null;
  if (second === undefined) {
    const inner = await first.member.store.middle(first.narrowed);
    return inner === null ? null : first.member.start + inner;
  }
  const last = filled[Math.floor((filled.length - 1) / 2)] ?? first;
  // "0" follows "/": everything of the folder is before it.
  const key = `${last.member.start.slice(0, -1)}0`;
  return inRange(key, listing) && key !== listing.hi ? key : null;
}

async function hasAny({store}: Member, listing: Listing): Promise<boolean> {
  for await (const page of store.list(listing)) if (page.length > 0) return true;
  return false;
}

function required(member: Member | null, key: string): Member {
  if (member !== null) return member;
  throw new Fault('not-found', `${printableKey(key)}: none of the folders has this name`);
}

/** The folder's own store knows the key without its name. */
function renamed(error: unknown, inner: string, outer: string): unknown {
  if (!(error instanceof Fault)) return error;
  return new Fault(error.kind, messageFor(error.message, inner, outer), {cause: error.cause});
}

function messageFor(message: string, inner: string, outer: string): string {
  const named = `${printableKey(inner)}: `;
  return message.startsWith(named) ? `${printableKey(outer)}: ${message.slice(named.length)}` : message;
}
