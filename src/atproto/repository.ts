import {setImmediate as nextTurn} from 'node:timers/promises';
import {isValidRecordKey} from '@atproto/syntax';
import {Fault} from '../core/failure.ts';
import type {BlockStore} from './block-store.ts';
import type {Car} from './car.ts';
import {jsonOfCbor} from './cbor-json.ts';
import {cidOfDigest, type Digest} from './cid.ts';
import {readCommit, verifyCommit} from './commit.ts';
import {type MstEntry, walkMst} from './mst-walk.ts';
import type {FetchedRecord, Repository} from './network.ts';

/** Of a page, and what it may hold up others: some milliseconds. */
const pageRecords = 256;
const pageCharacters = 1_048_576;
/** Keys between turns of the event loop. */
const keysPerTurn = 8_192;

export interface RepositoryChecks {
  readonly did: string;
  readonly collections: readonly string[];
  readonly proof: string | null;
  /** Of all records together: a CAR has what many of them share once, and they would be written each by itself. */
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

/**
 * The records of a CAR, by the tree below its commit. The whole tree is walked before the first record is given: where it
 * is broken or lacks something the repository is a Fault, and no half of it is taken for the whole. A record that is not
 * what the tree names is a fault of that record. With a proof it is what the key's holder signed, with nothing left out.
 */
export async function openRepository({root, blocks}: Car, checks: RepositoryChecks): Promise<Repository> {
  const {did, collections, proof, mostBytes, signal} = checks;
  const block = blocks.get(root);
  if (block === null) throw blocks.whyMissing(root);
  const commit = readCommit(block);
  await verifyCommit(commit, did, proof);
  const wanted: ReadonlySet<string> = new Set(collections);
  let keys = 0;
  let bytes = 0;
  for (const {key, value} of walkMst(blocks, commit.data, {checksLayers: proof !== null})) {
    if (wanted.has(collectionOf(key))) {
      const content = blocks.get(value);
      if (content === null && !blocks.isFalse(value)) throw blocks.whyMissing(value);
      bytes += content?.length ?? 0;
      if (bytes > mostBytes)
        throw new Fault(
          'too-large',
          `its records are larger together than ${mostBytes.toLocaleString('en-US')} bytes`,
        );
    }
    if (++keys % keysPerTurn !== 0) continue;
    await nextTurn();
    signal.throwIfAborted();
  }
  return {
    rev: commit.rev,
    records: () => pagesOf(recordsOf(blocks, commit.data, did, wanted)),
  };
}

function* recordsOf(
  blocks: BlockStore,
  tree: Digest,
  did: string,
  wanted: ReadonlySet<string>,
): Generator<FetchedRecord> {
  for (const entry of walkMst(blocks, tree, {checksLayers: false})) {
    const collection = collectionOf(entry.key);
    if (wanted.has(collection)) yield recordOf(blocks, entry, did, collection);
  }
}

function recordOf(
  blocks: BlockStore,
  {key, value}: MstEntry,
  did: string,
  collection: string,
): FetchedRecord {
  const rkey = key.slice(collection.length + 1);
  const named = {uri: `at://${did}/${key}`, collection, rkey, cid: cidOfDigest(value)};
  try {
    const block = blocks.get(value);
    if (block === null) throw blocks.whyMissing(value);
    if (!isValidRecordKey(rkey))
      throw new Fault('invalid', 'its record key is not one that a record may have');
    const {json, hasNul} = jsonOfCbor(block);
    return {...named, json, fault: null, isUnstorable: hasNul};
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const {kind, message} = error;
    return {...named, json: '', fault: {kind, message}, isUnstorable: false};
  }
}

function* pagesOf(records: Iterable<FetchedRecord>): Generator<readonly FetchedRecord[]> {
  let page: FetchedRecord[] = [];
  let characters = 0;
  for (const record of records) {
    page.push(record);
    characters += record.json.length;
    if (page.length < pageRecords && characters < pageCharacters) continue;
    yield page;
    page = [];
    characters = 0;
  }
  if (page.length > 0) yield page;
}

function collectionOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
