import {z} from 'zod';
import {jsonParts} from '../../../core/json-parts.ts';
import type {KeyRange} from '../../../core/keys.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Reader} from '../../../databases/database.ts';
import {encodedRow} from '../../row-text.ts';
import type {Io, Item} from '../../shape.ts';
import type {MediaFacts} from '../facts.ts';
import {pairs} from '../pairs.ts';
import type {MediaPrune} from './prune.ts';
import {rowColumnsOf} from './rows.ts';

const keysAtOnce = 1_000;

/** The keys of the catalogue that the listing has no object for, and nothing else. */
export async function* listGone(
  range: KeyRange,
  {source, target, scope, signal}: Io<MediaPrune>,
  {facts}: Probe<MediaFacts>,
): AsyncGenerator<readonly Item[]> {
  let keys: string[] = [];
  for await (const {key, object, rows} of pairs({source, target, prefix: scope.prefix, range, signal})) {
    if (object !== null || rows === null) continue;
    keys.push(key);
    if (keys.length < keysAtOnce) continue;
    yield await itemsOf(target, facts, keys);
    keys = [];
  }
  if (keys.length > 0) yield await itemsOf(target, facts, keys);
}

const sizeRow = z.object({key: z.string(), bytes: z.number()});

/** Keys as items, each with the bytes of its rows; one without rows is left out. */
export async function itemsOf(
  target: Reader,
  facts: MediaFacts,
  keys: readonly string[],
): Promise<readonly Item[]> {
  const found = await Promise.all(
    jsonParts(keys).map(part =>
      target.query(
        `SELECT b2_key AS key, sum(length(${encodedRow(rowColumnsOf(facts, 'row'))})) AS bytes
         FROM media_assets AS row
         WHERE b2_key IN (SELECT value FROM json_each(?))
         GROUP BY b2_key`,
        [part],
      ),
    ),
  );
  const bytes = new Map(
    found
      .flat()
      .map(row => sizeRow.parse(row))
      .map(row => [row.key, row.bytes]),
  );
  return keys.flatMap(key => {
    const rowBytes = bytes.get(key);
    // Nothing proves that an object is still gone: it is asked for in every run.
    return rowBytes === undefined ? [] : [{key, size: 0, rowBytes, fingerprint: null}];
  });
}
