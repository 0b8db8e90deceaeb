import {encodeRecord} from './encode.ts';
import type {LocalNetwork, NetworkRecord} from './network.ts';
import type {Json} from './spec.ts';
import {extraordinary, worldSpec} from './world.ts';
import {collections} from './world-lexicons.ts';
import {choice, keyAt, matches} from './world-records.ts';

/** A row of the table of records, as an appview has it. */
export interface RecordRow {
  readonly uri: string;
  readonly did: string;
  readonly collection: string;
  readonly rkey: string;
  /** JSON text. */
  readonly record: string;
  readonly cid: string;
}

/** Accounts whose table rows were deleted from their repositories since. */
const haveDeleted = ['ada', 'dalia', 'jonas', 'odile', 'clara', 'mika'] as const;

/**
 * What an index holds that was last brought up to date some time ago: of what the sandbox's network has, four of ten
 * records as they are, one of ten as it was before, and the rest not at all; and rows of records that are gone, or whose
 * account is.
 */
export async function outOfDateRows(network: LocalNetwork): Promise<readonly RecordRow[]> {
  const rows: RecordRow[] = [];
  for (const record of network.records()) {
    const kept = choice(10, record.uri.slice(record.uri.indexOf('/', 5)), record.account);
    if (record.isLie || record.account === extraordinary.nul || kept > 4) continue;
    rows.push(kept === 4 ? await before(record) : rowOf(record, JSON.stringify(record.value), record.cid));
  }
  for (const name of haveDeleted) rows.push(...(await deletedOf(network, name)));
  rows.push(...(await rowsOfInactive(network, extraordinary.deactivated)));
  return rows;
}

/** The same record with a comment that was changed since. */
async function before(record: NetworkRecord): Promise<RecordRow> {
  const {value} = record;
  const old: Json = isObject(value) ? {...value, comment: 'To be written.'} : {comment: 'To be written.'};
  const {json, cid} = await encodeRecord(old);
  return rowOf(record, json, cid.toString());
}

/** Two matches of a day before all others. */
async function deletedOf(network: LocalNetwork, name: string): Promise<readonly RecordRow[]> {
  const played = Object.values(matches(`${name} before`, 2));
  return rowsOf(
    network,
    name,
    played.map((value, number) => [keyAt(name, -1 - number), value]),
  );
}

async function rowsOfInactive(network: LocalNetwork, name: string): Promise<readonly RecordRow[]> {
  const account = worldSpec().accounts?.find(spec => spec.name === name);
  return rowsOf(network, name, Object.entries(account?.records?.[collections.match] ?? {}));
}

function rowsOf(
  network: LocalNetwork,
  name: string,
  records: readonly (readonly [string, Json])[],
): Promise<readonly RecordRow[]> {
  const did = network.didOf(name);
  const collection = collections.match;
  return Promise.all(
    records.map(async ([rkey, value]) => {
      const {json, cid} = await encodeRecord(value);
      return rowOf({uri: `at://${did}/${collection}/${rkey}`, did, collection, rkey}, json, cid.toString());
    }),
  );
}

function rowOf(
  {uri, did, collection, rkey}: Pick<RecordRow, 'uri' | 'did' | 'collection' | 'rkey'>,
  record: string,
  cid: string,
): RecordRow {
  return {uri, did, collection, rkey, record, cid};
}

function isObject(value: Json): value is {readonly [name: string]: Json} {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
