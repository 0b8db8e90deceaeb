import {z} from 'zod';
import type {Network} from '../../../atproto/network.ts';
import {Fault} from '../../../core/failure.ts';
import type {KeyRange} from '../../../core/keys.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Reader} from '../../../databases/database.ts';
import type {ListedRange} from '../../backfill.ts';
import type {Item} from '../../shape.ts';
import type {RecordsFacts} from '../facts.ts';
import {addressOf, type ReadIo, readRepository} from '../read-repository.ts';
import {didOf, parseUri} from '../uri.ts';

/** A row of the table, and whether its repository lists the record. */
export interface RowItem extends Item {
  readonly cid: string;
  readonly isListed: boolean;
  /** Where its repository is. */
  readonly address: string;
}

const rowsAtOnce = 1_000;
const rowSchema = z.object({uri: z.string(), cid: z.string()});

/** The rows of one repository, beside what it lists now: only that tells which of them are gone. */
export async function* listRows(
  range: ListedRange,
  io: ReadIo & {readonly target: Reader},
  {facts}: Pick<Probe<RecordsFacts>, 'facts'>,
): AsyncGenerator<readonly RowItem[]> {
  const did = didOf(range.lo);
  const address = range.address ?? (await addressOf(did, io, false));
  const listed = new Set<string>();
  for await (const page of readRepository({...range, address}, io, {facts}))
    for (const {key} of page) listed.add(key);
  for await (const rows of rowsOf(io.target, facts.collections, range)) {
    const unlisted = rows.map(({uri}) => uri).filter(uri => !listed.has(uri));
    const sizes = await sizesOf(io.target, unlisted);
    yield rows.map(({uri, cid}) => ({
      key: uri,
      size: 0,
      rowBytes: sizes.get(uri) ?? 0,
      fingerprint: null,
      cid,
      isListed: listed.has(uri),
      address,
    }));
  }
}

/** In the order of bytes, whatever the order of the column: an index of another would not be of use here. */
async function* rowsOf(target: Reader, collections: readonly string[], {lo, hi}: KeyRange) {
  for (let after = lo; ; ) {
    const rows = await target.query(
      `SELECT uri, cid FROM records
       WHERE uri COLLATE "C" > $1 AND uri COLLATE "C" <= $2
         AND collection IN (SELECT jsonb_array_elements_text($3::jsonb))
       ORDER BY uri COLLATE "C" LIMIT ${rowsAtOnce}`,
      [after, hi, JSON.stringify(collections)],
    );
    const page = rows.map(row => rowSchema.parse(row));
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < rowsAtOnce) return;
    after = last.uri;
  }
}

const sizeSchema = z.object({uri: z.string(), bytes: z.number()});

/** How large rows are as a change holds them: a thousand of a megabyte each must not come into one page. */
async function sizesOf(target: Reader, uris: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (uris.length === 0) return new Map();
  const rows = await target.query(
    `SELECT row.uri, octet_length(to_jsonb(row)::text) AS bytes
     FROM jsonb_array_elements_text($1::jsonb) AS item (uri)
     JOIN records AS row ON row.uri = item.uri`,
    [JSON.stringify(uris)],
  );
  return new Map(rows.map(row => sizeSchema.parse(row)).map(({uri, bytes}) => [uri, bytes]));
}

/** The second look: nothing is deleted that its host still gives when it is asked for it by name. */
export async function isGone(
  uri: string,
  address: string,
  {source, signal}: {readonly source: Network; readonly signal: AbortSignal},
): Promise<boolean> {
  const parts = parseUri(uri);
  if (parts === null) throw new Fault('invalid', `${uri} is no URI of a record: at://DID/COLLECTION/RKEY`);
  const {did, collection, rkey} = parts;
  return (await source.pds(address).record(did, collection, rkey, signal)) === null;
}

/** One row as it is now, and whether its host still has the record. */
export async function lookupRow(
  key: string,
  io: Pick<ReadIo, 'source' | 'signal' | 'placed'> & {readonly target?: Reader},
): Promise<RowItem | null> {
  const [row] = (await io.target?.query('SELECT uri, cid FROM records WHERE uri = $1', [key])) ?? [];
  if (io.target === undefined || row === undefined) return null;
  const {cid} = rowSchema.parse(row);
  const rowBytes = (await sizesOf(io.target, [key])).get(key) ?? 0;
  const address = await addressOf(didOf(key), io, false);
  return {key, size: 0, rowBytes, fingerprint: null, cid, isListed: false, address};
}
