/**
 * The key of a group: its bucket, a slash, and the object's key. A slash or a per cent sign in the bucket is written as in
 * a URL, so no two groups share a key; within a bucket, groups are in the order of their objects' keys.
 *
 * A group that one transaction can't carry is worked in parts, each an item of its own, whose keys follow the group's:
 * `KEY\x01TABLE\x01FIRST` re-points the rows of one table from a row on, and `KEY\x01~` deletes what is left over.
 */
export interface Group {
  readonly bucket: string;
  readonly key: string;
}

export interface Part {
  /** Which of the tables that refer to artifacts; null is the last part, which deletes. */
  readonly reference: number | null;
  /** The row to begin with, as it is encoded. */
  readonly from: string | null;
}

const mark = '\u0001';
const last = '~';

export function groupKey({bucket, key}: Group): string {
  return `${bucketHead(bucket)}${key}`;
}

/** What the keys of all groups of a bucket begin with, and no other. */
export function bucketHead(bucket: string): string {
  return `${bucket.replaceAll('%', '%25').replaceAll('/', '%2F')}/`;
}

/** SQL of the same. */
export function groupKeySql(bucket: string, key: string): string {
  return `replace(replace(${bucket}, '%', '%25'), '/', '%2F') || '/' || ${key}`;
}

export function partKey(group: Group, {reference, from}: Part): string {
  const rest = reference === null ? last : `${reference}${mark}${sortable(from ?? '')}`;
  return `${groupKey(group)}${mark}${rest}`;
}

/** A key that can't be told from that of a part, or that SQL would cut: its functions end a text at NUL. */
export function isUnspeakable({bucket, key}: Group): boolean {
  return [mark, '\0'].some(character => bucket.includes(character) || key.includes(character));
}

/** Null where it is no key of a group. */
export function parseKey(itemKey: string): {readonly group: Group; readonly part: Part | null} | null {
  // Only what tells the row of a part may hold the mark once more.
  const [whole = '', table, ...rest] = itemKey.split(mark);
  const slash = whole.indexOf('/');
  if (slash === -1) return null;
  const bucket = whole.slice(0, slash).replaceAll('%2F', '/').replaceAll('%25', '%');
  const group = {bucket, key: whole.slice(slash + 1)};
  if (table === undefined) return {group, part: null};
  if (table === last) return {group, part: {reference: null, from: null}};
  return {group, part: {reference: Number(table), from: unsortable(rest.join(mark))}};
}

const offset = 2n ** 63n;
const digits = 20;

/** Encoded row ids so that they sort as their values do: integers, then texts. */
function sortable(encoded: string): string {
  return encoded.startsWith('i')
    ? `i${String(BigInt(encoded.slice(1)) + offset).padStart(digits, '0')}`
    : encoded;
}

function unsortable(text: string): string {
  return text.startsWith('i') ? `i${BigInt(text.slice(1)) - offset}` : text;
}
