import {z} from 'zod';
import type {Answer, Call} from '../../src/sandbox/network/answer.ts';
import {encodeRecord} from '../../src/sandbox/network/encode.ts';
import type {Json} from '../../src/sandbox/network/spec.ts';
import type {NetworkFaults} from './network-faults.ts';

const recordOf = z.looseObject({uri: z.string(), cid: z.string(), value: z.json()});
const pageOf = z.looseObject({records: z.array(recordOf).min(1)});
type Listed = z.infer<typeof recordOf>;

/** Stands in JSON where bytes go that JSON can't say. */
const placeholder = 'what stands here is put in afterwards';

interface Altered {
  readonly record: Listed;
  /** In the place of the placeholder's text, quotes and all. */
  readonly bytes?: Uint8Array;
}

/** A page whose first record is wrong, or a record that is; null where there is none, or nothing wrong. */
export async function alterRecord(faults: NetworkFaults, call: Call, answer: Answer): Promise<Answer | null> {
  if (answer.status !== 200 || answer.headers['content-type']?.startsWith('application/json') !== true)
    return null;
  const content: unknown = JSON.parse(answer.body.toString());
  const page = pageOf.safeParse(content).data;
  const first = page?.records[0] ?? recordOf.safeParse(content).data;
  if (first === undefined) return null;
  const altered = await alter(faults, call, first);
  if (altered === null) return null;
  const {record, bytes} = altered;
  const text = JSON.stringify(
    page === undefined ? record : {...page, records: [record, ...page.records.slice(1)]},
  );
  const [before = '', after = ''] = text.split(`"${placeholder}"`);
  return {
    ...answer,
    body: bytes === undefined ? text : Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]),
  };
}

async function alter(faults: NetworkFaults, call: Call, record: Listed): Promise<Altered | null> {
  const foreign = faults.take('foreign-uri', call)?.fault;
  if (foreign !== undefined) {
    const parts = record.uri.split('/');
    parts[{did: 2, collection: 3, rkey: 4}[foreign.part]] = foreign.as;
    return {record: {...record, uri: parts.join('/')}};
  }
  const wrong = faults.take('wrong-cid', call)?.fault;
  if (wrong !== undefined) return {record: {...record, cid: wrong.as}};
  const large = faults.take('large-record', call)?.fault;
  if (large !== undefined) return {record: await withValue(record, {text: 'x'.repeat(large.length)})};
  const deep = faults.take('deep-record', call)?.fault;
  if (deep !== undefined) return {record: await withValue(record, {nested: nested(deep.levels)})};
  if (faults.take('invalid-utf8', call) !== null) {
    const bytes = Buffer.concat([Buffer.from('"'), Uint8Array.from([0xff, 0xfe]), Buffer.from('"')]);
    return {record: {...record, value: {text: placeholder}}, bytes};
  }
  const raw = faults.take('raw-value', call)?.fault;
  if (raw === undefined) return null;
  return {record: {...record, cid: raw.cid ?? record.cid, value: placeholder}, bytes: Buffer.from(raw.json)};
}

async function withValue(record: Listed, value: Json): Promise<Listed> {
  const {cid, json} = await encodeRecord(value);
  return {...record, cid: cid.toString(), value: z.json().parse(JSON.parse(json))};
}

function nested(levels: number): Json {
  let value: Json = 'the innermost';
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}
