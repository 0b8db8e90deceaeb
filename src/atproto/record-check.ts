import {isValidRecordKey} from '@atproto/syntax';
import {Fault, type FaultData} from '../core/failure.ts';
import {cborOfJson} from './cbor-write.ts';
import {cidOfDigest, digestOf} from './cid.ts';
import {isMap, type JsonMap, parseExactly, stringifyExactly} from './exact-json.ts';
import type {FetchedRecord} from './network.ts';
import {isUnstorable, mayBeUnstorable} from './unstorable.ts';
import {shown} from './web-faults.ts';

/**
 * A record as a host gives it in JSON, believed in nothing: its URI has to be one of the collection that was asked for, its
 * CID is computed anew. A bad one has a fault, and its neighbours none.
 */

export interface RecordPlace {
  readonly did: string;
  readonly collection: string;
}

/** Whether it may hold what can't be stored is known of the page as a whole, which is looked at first. */
export interface PageLook {
  readonly isSuspicious: boolean;
}

export function lookAt(text: string): PageLook {
  return {isSuspicious: mayBeUnstorable(text)};
}

/** {uri, cid, value}; null where its URI is not one of the place. */
export function checkedRecord(
  item: unknown,
  {did, collection}: RecordPlace,
  {isSuspicious}: PageLook,
): FetchedRecord | null {
  const {uri, cid, value} = partsOf(item);
  const prefix = prefixOf({did, collection});
  const rkey = uri.startsWith(prefix) ? uri.slice(prefix.length) : '';
  if (!isValidRecordKey(rkey)) return null;
  const named = {uri, collection, rkey, cid};
  try {
    const computed = cidOfDigest(digestOf(cborOfJson(value)));
    if (computed !== cid) return faulty(named, otherCid(cid, computed));
    const json = stringifyExactly(value);
    return {...named, json, fault: null, isUnstorable: isSuspicious && isUnstorable(value)};
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return faulty(named, {kind: error.kind, message: error.message});
  }
}

/** One whose URI is not of the place: what it says stands in the fault, and it gets a key so that it can be told of. */
export function strangeRecord(item: unknown, place: RecordPlace, rkey: string): FetchedRecord {
  const {uri, cid} = partsOf(item);
  const prefix = prefixOf(place);
  const said = uri === '' ? 'it has no URI' : `its URI is ${shown(uri)}`;
  const fault: FaultData = {kind: 'invalid', message: `${said}, and not one of ${prefix}`};
  return faulty({uri: `${prefix}${rkey}`, collection: place.collection, rkey, cid}, fault);
}

function partsOf(item: unknown): {readonly uri: string; readonly cid: string; readonly value: unknown} {
  const {uri, cid, value}: JsonMap = isMap(item) ? item : {};
  return {
    uri: typeof uri === 'string' ? uri : '',
    cid: typeof cid === 'string' ? cid.slice(0, mostCidLength) : '',
    value,
  };
}

/** Of what somebody says to be one. */
const mostCidLength = 128;

function prefixOf({did, collection}: RecordPlace): string {
  return `at://${did}/${collection}/`;
}

/** The CID of a record's JSON text; null where it is no record. */
export function cidOfJson(json: string): string | null {
  try {
    return cidOfDigest(digestOf(cborOfJson(parseExactly(json))));
  } catch (error) {
    if (error instanceof Fault || error instanceof SyntaxError) return null;
    throw error;
  }
}

type Named = Pick<FetchedRecord, 'uri' | 'collection' | 'rkey' | 'cid'>;

function faulty(named: Named, {kind, message}: FaultData): FetchedRecord {
  return {...named, json: '', fault: {kind, message}, isUnstorable: false};
}

function otherCid(said: string, computed: string): FaultData {
  const what = said === '' ? 'it has no CID' : `its CID is said to be ${shown(said)}`;
  return {kind: 'invalid', message: `${what}, but its content has ${computed}`};
}
