import {z} from 'zod';
import {compareKeys, inRange, type KeyRange} from '../../../core/keys.ts';
import type {KeyScope} from '../../../core/scope.ts';
import {quoted, sumOf} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import {decoded, encoded, encodedText, readable} from '../../exact.ts';
import type {Item} from '../../shape.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {bucketHead, type Group, groupKey, isUnspeakable, type Part, parseKey, partKey} from '../group-key.ts';
import {joined, withKnown} from './joined.ts';

/** A group of rows of one object, the newest first, or one part of a group that is too large for a transaction. */
export interface GroupItem extends Item {
  readonly rowBytes: number;
  readonly group: Group;
  /** Encoded. */
  readonly ids: readonly string[];
  readonly part: Part | null;
  /** A last part that is looked up by itself: what the parts before it have left is its own to re-point. */
  readonly takesRest?: true;
}

/** Groups that one query finds. Without an index on keys each query reads the whole table. */
const groupsAtOnce = 5_000;
/** Rows that name the losers of a group and are re-pointed in one transaction. */
export const rowsInPart = 5_000;
/** Nothing is found by inspection that the listing has not told. */
const fingerprint = 'listed';
/** About what a row takes in a plan, an intent and a parameter. */
const bytesOfRow = 100;

export interface Listing {
  readonly target: Reader;
  readonly scope: Pick<KeyScope, 'prefix'>;
  readonly signal: AbortSignal;
}

/**
 * Objects with several rows, bucket by bucket in key order. Rows without a bucket or a key are of no object, and those whose
 * key is no UTF-8 are left out: in JavaScript two of them would have the same key. The invariant of uniqueness counts them.
 */
export async function* listGroups(
  {lo, hi}: KeyRange,
  listing: Listing,
  facts: ArtifactsFacts,
): AsyncGenerator<readonly GroupItem[]> {
  const {target, scope, signal} = listing;
  const cursor = parseKey(lo);
  let reached = lo;
  for (const bucket of await bucketsOf(target, facts)) {
    const head = bucketHead(bucket);
    if (!head.startsWith(scope.prefix) && !scope.prefix.startsWith(head)) continue;
    if (hi !== null && compareKeys(head, hi) > 0) return;
    const isBehind = compareKeys(head, lo) <= 0;
    if (isBehind && cursor?.group.bucket !== bucket) continue;
    const prefix = scope.prefix.slice(head.length);
    let from: string | null = encodedText(isBehind ? (cursor?.group.key ?? '') : '');
    while (from !== null) {
      signal.throwIfAborted();
      const {groups, next}: FoundGroups = await groupsFrom(target, facts, {bucket, prefix, from});
      const items = await itemsOf(target, facts, groups, isBehind ? lo : null);
      // The last group of a query comes again with the next one: of one that is worked in parts, some may be left.
      const fresh = items.filter(({key}) => inRange(key, {lo: reached, hi}));
      yield fresh;
      reached = fresh.at(-1)?.key ?? reached;
      from = next;
    }
  }
}

/** One group, or a part of it, as it is now; null where there is no more than one row. */
export async function lookupGroup(
  itemKey: string,
  {target}: Pick<Listing, 'target'>,
  facts: ArtifactsFacts,
): Promise<GroupItem | null> {
  const parsed = parseKey(itemKey);
  if (parsed === null) return null;
  const {group, part} = parsed;
  const rows = await target.query(
    `SELECT ${idsOf(facts)} AS ids, ${bytesOf(facts)} AS bytes
     FROM artifacts
     WHERE ${quoted(facts.bucket)} = ? AND ${quoted(facts.key)} = ?
     HAVING count(*) > 1`,
    [group.bucket, group.key],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const {ids, rowBytes} = groupRow.parse(row);
  const item = {key: itemKey, size: ids.length * bytesOfRow, rowBytes, fingerprint, group, ids, part};
  return part !== null && part.reference === null ? {...item, takesRest: true} : item;
}

/** By the bytes of what their groups' keys begin with, which is not always the order of their names. */
async function bucketsOf(target: Reader, {bucket}: ArtifactsFacts): Promise<readonly string[]> {
  const rows = await target.query(
    `SELECT DISTINCT ${quoted(bucket)} AS bucket FROM artifacts WHERE typeof(${quoted(bucket)}) = 'text'`,
  );
  return rows
    .map(row => z.string().parse(row['bucket']))
    .sort((a, b) => compareKeys(bucketHead(a), bucketHead(b)));
}

interface Found {
  readonly group: Group;
  readonly ids: readonly string[];
  readonly rowBytes: number;
}

const groupRow = z
  .object({
    ids: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(z.array(z.string())),
    bytes: z.number(),
  })
  .transform(({ids, bytes}) => ({ids, rowBytes: bytes}));

/** The ids of a group: the winner first, which was fetched last, and of equals has the greatest id; NULL is the oldest. */
function idsOf({id, fetchedAt}: ArtifactsFacts): string {
  return `json_group_array(${encoded(quoted(id))} ORDER BY ${quoted(fetchedAt)} DESC, ${quoted(id)} DESC)`;
}

/** What the rows of a group hold; as text it may be twice as much. */
function bytesOf({columns}: ArtifactsFacts): string {
  return `sum(${sumOf(columns.map(name => `ifnull(octet_length(${quoted(name)}), 0)`))})`;
}

interface FoundGroups {
  readonly groups: readonly Found[];
  /** Encoded key to go on from; null at the end. */
  readonly next: string | null;
}

/** From a key on, which may be one that has been found before. */
async function groupsFrom(
  target: Reader,
  facts: ArtifactsFacts,
  {bucket, prefix, from}: {readonly bucket: string; readonly prefix: string; readonly from: string},
): Promise<FoundGroups> {
  const key = quoted(facts.key);
  const rows = await target.query(
    `SELECT ${encoded(key)} AS key, ${idsOf(facts)} AS ids, ${bytesOf(facts)} AS bytes
     FROM artifacts
     WHERE ${quoted(facts.bucket)} = ?1 AND ${key} >= max(${decoded('?2')}, ?3) AND ${key} < x'' AND substr(${key}, 1, length(?3)) = ?3
     GROUP BY ${key}
     HAVING count(*) > 1
     ORDER BY ${key}
     LIMIT ${groupsAtOnce}`,
    [bucket, from, prefix],
  );
  const keys = rows.map(row => z.string().parse(row['key']));
  const groups = rows.flatMap((row, index) => {
    const key = String(readable(keys[index] ?? null));
    return encodedText(key) === keys[index] ? [{group: {bucket, key}, ...groupRow.parse(row)}] : [];
  });
  return {groups, next: rows.length < groupsAtOnce ? null : (keys.at(-1) ?? null)};
}

async function itemsOf(
  target: Reader,
  facts: ArtifactsFacts,
  groups: readonly Found[],
  cursor: string | null,
): Promise<readonly GroupItem[]> {
  const counts = await namingRows(target, facts, groups);
  const begun = cursor === null ? null : parseKey(cursor);
  const items: GroupItem[] = [];
  for (const [index, {group, ids, rowBytes}] of groups.entries()) {
    const key = groupKey(group);
    const naming = counts.get(index) ?? 0;
    const size = (ids.length + naming) * bytesOfRow;
    const whole = {key, size, rowBytes, fingerprint, group, ids, part: null};
    const isBegun = begun !== null && begun.part !== null && groupKey(begun.group) === key;
    if (isUnspeakable(group))
      items.push({...whole, skip: 'its key holds the control character U+0000 or U+0001'});
    else if (naming <= rowsInPart && !isBegun) items.push(whole);
    else items.push(...(await partsOf(target, facts, whole, isBegun ? begun.part : null)));
  }
  return items;
}

/** How many rows name the losers of each group. */
async function namingRows(
  target: Reader,
  facts: ArtifactsFacts,
  groups: readonly Found[],
): Promise<ReadonlyMap<number, number>> {
  const losers = JSON.stringify(groups.map(({ids}) => ids.slice(1)));
  const counts = new Map<number, number>();
  if (groups.length === 0) return counts;
  const found = await Promise.all(
    facts.references.map(reference =>
      target.query(
        `WITH headgate_losers AS MATERIALIZED (
           ${withKnown(`SELECT part.key AS at, ${decoded('one.value')} AS id FROM json_each(?) AS part, json_each(part.value) AS one`, facts)}
         )
         SELECT headgate_losers.at AS at, count(*) AS rows FROM ${joined(reference, 'headgate_losers')} GROUP BY headgate_losers.at`,
        [losers],
      ),
    ),
  );
  for (const row of found.flat()) {
    const {at, rows} = countRow.parse(row);
    counts.set(at, (counts.get(at) ?? 0) + rows);
  }
  return counts;
}

const countRow = z.object({at: z.number(), rows: z.number()});

/** A group that has begun is taken up behind the cursor's part, whatever is left of it by now. */
async function partsOf(
  target: Reader,
  facts: ArtifactsFacts,
  whole: GroupItem,
  begun: Part | null,
): Promise<readonly GroupItem[]> {
  const parts: GroupItem[] = [];
  const losers = JSON.stringify(whole.ids.slice(1));
  for (const [at, reference] of facts.references.entries()) {
    if (reference.order === null) continue;
    const order = quoted(reference.order);
    const rows = await target.query(
      `WITH headgate_losers AS MATERIALIZED (${withKnown(`SELECT ${decoded('value')} AS id FROM json_each(?)`, facts)})
       SELECT place
       FROM (
         SELECT ${encoded(`named.${order}`)} AS place, row_number() OVER (ORDER BY named.${order}) AS number
         FROM ${joined(reference, 'headgate_losers')}
       )
       WHERE number % ${rowsInPart} = 1
       ORDER BY number`,
      [losers],
    );
    for (const row of rows) {
      const part = {reference: at, from: z.string().parse(row['place'])};
      parts.push({...whole, key: partKey(whole.group, part), size: rowsInPart * bytesOfRow, part});
    }
  }
  const last = {reference: null, from: null};
  parts.sort((a, b) => compareKeys(a.key, b.key));
  const all = [...parts, {...whole, key: partKey(whole.group, last), size: bytesOfRow, part: last}];
  return begun === null ? all : all.filter(({key}) => compareKeys(key, partKey(whole.group, begun)) > 0);
}
