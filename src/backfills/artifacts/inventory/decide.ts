import {createHash} from 'node:crypto';
import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import {jsonParts} from '../../../core/json-parts.ts';
import type {Probe} from '../../../core/probe.ts';
import {quoted} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import {type Encoded, encoded, encodedText, readable} from '../../exact.ts';
import {textIn} from '../../row-text.ts';
import type {Inspected, Io} from '../../shape.ts';
import {type ArtifactsFacts, dateAs} from '../facts.ts';
import {saysNothing} from '../names.ts';
import {bucketOf} from './bucket.ts';
import type {InventoryChange} from './change.ts';
import {classify} from './classify.ts';
import type {ArtifactsInventory} from './inventory.ts';

interface Row {
  readonly id: string;
  readonly type: Encoded;
}

/** A row for what has none; a type for rows that say nothing, where a rule knows one. A known type is never touched. */
export async function decideObjects(
  page: readonly Inspected<ArtifactsInventory>[],
  io: Io<ArtifactsInventory>,
  {facts}: Probe<ArtifactsFacts>,
): Promise<readonly Decision<InventoryChange>[]> {
  const bucket = bucketOf(io);
  if (bucket === null) throw new RangeError('an inventory without a bucket');
  const rows = await readRows(
    io.target,
    facts,
    bucket,
    page.map(({item}) => item.key),
  );
  return page.map(({item: {key, modifiedAt}}): Decision<InventoryChange> => {
    const found = rows.get(key) ?? [];
    const type = classify(key, io.options.rules);
    if (found.length === 0) {
      const insert = {
        id: facts.newId === 'text' ? encodedText(idFor(bucket, key)) : null,
        fetchedAt: dateAs(facts.dates, modifiedAt),
        url: facts.needsUrl ? `r2://${bucket}/${key}` : null,
      };
      return {action: 'insert', change: {key, bucket, insert, updates: [], type: type ?? 'unknown'}};
    }
    const silent = found.filter(row => saysNothing(textOf(row.type)));
    if (type === null || silent.length === 0) return {action: 'unchanged'};
    const updates = silent.map(({id, type: before}) => ({id, before}));
    return {action: 'update', change: {key, bucket, insert: null, updates, type}};
  });
}

function textOf(type: Encoded): string | null {
  const value = readable(type);
  return value === null ? null : String(value);
}

async function readRows(
  target: Reader,
  facts: ArtifactsFacts,
  bucket: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const [key, type] = [quoted(facts.key), quoted(facts.sourceType)];
  const found = await Promise.all(
    jsonParts(keys).map(part =>
      target.query(
        `SELECT ${key} AS key, ${encoded(quoted(facts.id))} AS id, ${encoded(type)} AS type
         FROM artifacts
         WHERE ${quoted(facts.bucket)} = ?1 AND ${key} IN (SELECT value FROM json_each(?2))
         ORDER BY ${quoted(facts.id)}`,
        [bucket, part],
      ),
    ),
  );
  const byKey = new Map<string, Row[]>();
  for (const row of found.flat()) {
    const at = z.string().parse(row['key']);
    byKey.set(at, [...(byKey.get(at) ?? []), {id: textIn(row, 'id') ?? '', type: textIn(row, 'type')}]);
  }
  return byKey;
}

/** A table whose ids are texts gets one that is the same for the same object: a UUID of the version for own hashes. */
function idFor(bucket: string, key: string): string {
  const digits = createHash('sha256')
    .update(JSON.stringify([bucket, key]))
    .digest('hex');
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
}
