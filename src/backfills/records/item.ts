import type {FetchedRecord} from '../../atproto/network.ts';
import type {FaultData} from '../../core/failure.ts';
import type {Item} from '../shape.ts';
import type {RecordsOptions} from './options.ts';

/** A record as its host gives it. */
export interface RecordItem extends Item {
  readonly cid: string;
  /** JSON text. */
  readonly json: string;
  /** Something of it was replaced, because Postgres can't store it. */
  readonly altered: boolean;
}

export function itemOf(
  {uri, cid, json, fault, isUnstorable}: FetchedRecord,
  {unstorable}: Pick<RecordsOptions, 'unstorable'>,
): RecordItem {
  const item = {
    key: uri,
    size: json.length,
    rowBytes: json.length,
    fingerprint: cid,
    cid,
    json,
    altered: false,
  };
  if (fault !== null) return {...item, fault};
  if (!isUnstorable) return item;
  if (unstorable === 'fail') return {...item, fault: unstorableFault};
  return {...item, json: storable(json), altered: true};
}

const unstorableFault: FaultData = {
  kind: 'invalid',
  message:
    'its text holds U+0000 or half a surrogate pair, which Postgres stores in no text (options.records.unstorable: "replace" stores it with the replacement character)',
};

/** JSON text with the replacement character wherever Postgres would refuse it. */
export function storable(json: string): string {
  return json
    .toWellFormed()
    .replace(
      /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\./g,
      sequence => (/^\\u(?:0000|[dD][89a-fA-F]..)$/.test(sequence) ? '\\ufffd' : sequence),
    );
}
