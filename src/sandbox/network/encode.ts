import {jsonToLex, lexToJson} from '@atproto/lexicon';
import {BlockMap, cborToLexRecord, type cidForRecord, def} from '@atproto/repo';
import type {Json} from './spec.ts';

export type Cid = Awaited<ReturnType<typeof cidForRecord>>;
type LexValue = Parameters<typeof cidForRecord>[0];

export interface EncodedRecord {
  readonly cid: Cid;
  readonly bytes: Uint8Array;
  /** As a PDS gives it: decoded again, with keys in the order of their encoding. */
  readonly json: string;
}

/** A record as DAG-CBOR with its CID. Fails for what can't be one, such as a fraction. */
export async function encodeRecord(value: Json): Promise<EncodedRecord> {
  const {cid, bytes} = await encodeValue(lexOf(value));
  return {cid, bytes, json: JSON.stringify(lexToJson(cborToLexRecord(bytes)))};
}

export async function encodeValue(value: LexValue): Promise<{readonly cid: Cid; readonly bytes: Uint8Array}> {
  const blocks = new BlockMap();
  const cid = await blocks.add(value);
  const bytes = blocks.get(cid);
  if (bytes === undefined) throw new Error(`no block for ${cid}`);
  return {cid, bytes};
}

/** As jsonToLex does it, but that makes objects of blobs, which are encoded otherwise: it is asked for links alone. */
function lexOf(value: Json): LexValue {
  if (isList(value)) return value.map(lexOf);
  if (value === null || typeof value !== 'object') return value;
  const {$link, $bytes, ...others} = value;
  if (Object.keys(others).length === 0) {
    if (typeof $link === 'string') return def.cid.schema.parse(jsonToLex(value));
    if (typeof $bytes === 'string') return new Uint8Array(Buffer.from($bytes, 'base64'));
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, lexOf(inner)]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
