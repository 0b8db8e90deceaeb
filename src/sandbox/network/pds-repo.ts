import {type Answer, invalidRequest, jsonAnswer, jsonTextAnswer} from './answer.ts';
import {activeAccount, availableAccount, type Lookup} from './availability.ts';
import type {StoredRecord} from './content.ts';
import {type DocumentEnds, documentOf} from './did-document.ts';
import {lowest} from './lowest.ts';
import {limitOf, textOf} from './parameters.ts';
import type {HostSpec} from './spec.ts';

export interface PdsOptions extends DocumentEnds {
  readonly spec: HostSpec;
  readonly find: Lookup;
}

const pageMost = 100;

/** com.atproto.repo.listRecords: newest first unless reversed; the cursor of the last page leads to an empty one. */
export function listRecords({spec, find}: PdsOptions, query: URLSearchParams): Answer {
  const repo = textOf(query, 'repo');
  const collection = textOf(query, 'collection');
  const account = activeAccount(find, repo);
  if (account === null) return invalidRequest(`Could not find repo: ${repo}`);
  const records = pageOf(account.repository.records(collection), {
    cursor: query.get('cursor') || null,
    isAscending: query.get('reverse') === 'true',
    limit: Math.min(limitOf(query, 50), spec.pageMost ?? pageMost),
  });
  const texts = records.map(record => recordText(account.did, collection, record));
  const last = records.at(-1);
  const cursor = last === undefined ? '' : `,"cursor":${JSON.stringify(last.rkey)}`;
  return jsonTextAnswer(`{"records":[${texts.join(',')}]${cursor}}`);
}

interface PageWanted {
  readonly cursor: string | null;
  readonly isAscending: boolean;
  readonly limit: number;
}

/** From records in ascending order. */
function pageOf(
  records: readonly StoredRecord[],
  {cursor, isAscending, limit}: PageWanted,
): readonly StoredRecord[] {
  if (isAscending) {
    const start = cursor === null ? 0 : lowest(records, record => record.rkey > cursor);
    return records.slice(start, start + limit);
  }
  const end = cursor === null ? records.length : lowest(records, record => record.rkey >= cursor);
  return records.slice(Math.max(0, end - limit), end).reverse();
}

function recordText(did: string, collection: string, {rkey, cidText, json}: StoredRecord): string {
  return `{"uri":"at://${did}/${collection}/${rkey}","cid":"${cidText}","value":${json}}`;
}

/** com.atproto.repo.getRecord; of a repository that is not here it says as little as a PDS without an appview. */
export function getRecord({find}: PdsOptions, query: URLSearchParams): Answer {
  const repo = textOf(query, 'repo');
  const collection = textOf(query, 'collection');
  const rkey = textOf(query, 'rkey');
  const account = activeAccount(find, repo);
  if (account === null) return invalidRequest('Could not locate record');
  const record = account.repository.find(collection, rkey);
  const cid = query.get('cid');
  if (record === undefined || (cid !== null && cid !== record.cidText))
    return invalidRequest(
      `Could not locate record: at://${account.did}/${collection}/${rkey}`,
      'RecordNotFound',
    );
  return jsonTextAnswer(recordText(account.did, collection, record));
}

/** com.atproto.repo.describeRepo: the collections that it has records of. */
export function describeRepo({find, ...ends}: PdsOptions, query: URLSearchParams): Answer {
  const account = availableAccount(find, textOf(query, 'repo'));
  return jsonAnswer({
    handle: account.handle,
    did: account.did,
    didDoc: documentOf(account, ends),
    collections: account.repository.collections,
    handleIsCorrect: true,
  });
}

/** com.atproto.identity.resolveHandle, of handles that are here. */
export function resolveHandle({find}: PdsOptions, query: URLSearchParams): Answer {
  const account = activeAccount(find, textOf(query, 'handle'));
  return account === null
    ? invalidRequest('Unable to resolve handle', 'HandleNotFound')
    : jsonAnswer({did: account.did});
}
