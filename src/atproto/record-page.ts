import {isValidRecordKey} from '@atproto/syntax';
import {z} from 'zod';
import {Fault} from '../core/failure.ts';
import type {FetchedRecord, RecordPage} from './network.ts';
import {checkedRecord, lookAt, type RecordPlace, strangeRecord} from './record-check.ts';
import {shown} from './web-faults.ts';

/** A page of listRecords, as it came. */
export interface RawPage {
  readonly value: unknown;
  readonly text: string;
  readonly bytes: number;
  /** Where it was asked to begin. */
  readonly asked: string | null;
  readonly host: string;
}

/** A hundred are asked for at most; some hosts give all that they have. Each that is wrong is a failure on record. */
const mostRecords = 10_000;

const pageSchema = z.object({cursor: z.string().max(4_096).optional(), records: z.array(z.unknown())});

/**
 * Its records in the order in which they came, each checked by itself, one that comes twice once. Those without a URI that
 * could be theirs come last, under record keys that nothing else can have. Null where it is no page.
 */
export function recordPage(
  {value, text, bytes, asked, host}: RawPage,
  place: RecordPlace,
): RecordPage | null {
  const {success, data} = pageSchema.safeParse(value);
  if (!success) return null;
  const {cursor: said = '', records: items} = data;
  if (items.length > mostRecords)
    throw new Fault(
      'invalid',
      `${host}: a page of its list has ${items.length.toLocaleString('en-US')} records`,
      {
        host,
      },
    );
  const cursor = items.length === 0 || said === '' ? null : said;
  if (cursor !== null && cursor === asked)
    throw new Fault('invalid', `${host}: the list does not go on: its cursor ${shown(cursor)} is repeated`, {
      host,
    });
  const look = lookAt(text);
  const byUri = new Map<string, FetchedRecord>();
  const strange: unknown[] = [];
  // Most hosts take the last record key for a cursor.
  let last = isValidRecordKey(asked) ? asked : '';
  for (const item of items) {
    const record = checkedRecord(item, place, look);
    if (record === null) {
      strange.push(item);
      continue;
    }
    if (byUri.get(record.uri)?.fault !== null) byUri.set(record.uri, record);
    last = record.rkey;
  }
  // "#" is in no record key, and sorts before whatever is: the stand-ins lie between this page and the next.
  const standIn = (index: number) => `${last}#${String(index).padStart(6, '0')}`;
  const atEnd = strange.map((item, index) => strangeRecord(item, place, standIn(index)));
  return {records: [...byUri.values(), ...atEnd], cursor, bytes};
}
