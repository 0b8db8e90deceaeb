import {isValidNsid} from '@atproto/syntax';
import {z} from 'zod';
import {Fault} from '../core/failure.ts';
import {CarReader} from './car.ts';
import type {NetworkLimits} from './limits.ts';
import type {FetchedRecord, Pds, RecordListing, RecordPage, Repository, RepositoryOrder} from './network.ts';
import {checkedRecord, lookAt, strangeRecord} from './record-check.ts';
import {recordPage} from './record-page.ts';
import {openRepository} from './repository.ts';
import {type Standing, standingOf} from './repository-standing.ts';
import type {WebClient} from './web-client.ts';
import {notAsDocumented, tooMuch} from './web-faults.ts';
import {Xrpc, type XrpcAnswer, type XrpcRefusal} from './xrpc.ts';

/** Records of a page: 101 is more than some hosts take; where a page of large ones is too large, fewer are asked for. */
const pageSizes = [100, 10, 1];

const described = z.object({collections: z.array(z.unknown())});
/** What getRecord says where there is no record of that key, by name or, in most versions, in words alone. */
const noRecord = /RecordNotFound|Could not locate record/i;

/** A host of repositories. What it says is checked where it is used: record-check.ts, repository.ts. */
export class OpenPds implements Pds {
  readonly host: string;
  readonly origin: string;
  readonly #xrpc: Xrpc;
  readonly #limits: NetworkLimits;

  constructor(client: WebClient, origin: string, limits: NetworkLimits) {
    this.#xrpc = new Xrpc(client, origin);
    this.#limits = limits;
    this.host = this.#xrpc.host;
    this.origin = origin;
  }

  async collections(did: string, signal: AbortSignal): Promise<readonly string[]> {
    const method = 'com.atproto.repo.describeRepo';
    const answer = await this.#ask(method, {repo: did}, signal);
    if (answer.refusal !== null) throw await this.#refused(did, answer.refusal, signal);
    const {success, data} = described.safeParse(answer.value);
    if (!success) throw notAsDocumented(this.host, method);
    return data.collections.filter(isValidNsid);
  }

  async listRecords(listing: RecordListing, signal: AbortSignal): Promise<RecordPage> {
    for (const limit of pageSizes)
      try {
        return await this.#page(listing, limit, signal);
      } catch (error) {
        if (!(error instanceof Fault) || error.kind !== 'too-large') throw error;
      }
    throw tooMuch(this.host, 'a page of one record', this.#limits.pageBytes);
  }

  async #page(
    {did, collection, cursor}: RecordListing,
    limit: number,
    signal: AbortSignal,
  ): Promise<RecordPage> {
    const method = 'com.atproto.repo.listRecords';
    const params = {
      repo: did,
      collection,
      limit: String(limit),
      reverse: 'true',
      ...(cursor !== null && {cursor}),
    };
    const answer = await this.#ask(method, params, signal);
    if (answer.refusal !== null) throw await this.#refused(did, answer.refusal, signal);
    const {value, text, bytes} = answer;
    const page = recordPage({value, text, bytes, asked: cursor, host: this.host}, {did, collection});
    if (page === null) throw notAsDocumented(this.host, method);
    return page;
  }

  async repository(order: RepositoryOrder, signal: AbortSignal): Promise<Repository> {
    const {did, collections, mostBytes, proof, onBytes} = order;
    const call = {
      method: 'com.atproto.sync.getRepo',
      params: {did},
      mostBytes,
      withinMs: this.#limits.repositoryMs,
    };
    const reader = new CarReader(mostBytes);
    try {
      const refusal = await this.#xrpc.stream(
        call,
        chunk => {
          onBytes(chunk.length);
          reader.push(chunk);
        },
        signal,
      );
      if (refusal !== null) throw await this.#refused(did, refusal, signal);
      return await openRepository(reader.end(), {did, collections, proof, mostBytes, signal});
    } catch (error) {
      if (!(error instanceof Fault) || error.host !== undefined) throw error;
      throw new Fault(error.kind, `${did}: ${error.message} (${this.host})`, {host: this.host});
    }
  }

  async record(
    did: string,
    collection: string,
    rkey: string,
    signal: AbortSignal,
  ): Promise<FetchedRecord | null> {
    const method = 'com.atproto.repo.getRecord';
    const answer = await this.#ask(method, {repo: did, collection, rkey}, signal);
    const place = {did, collection};
    if (answer.refusal === null) {
      const look = lookAt(answer.text);
      const record = checkedRecord(answer.value, place, look);
      return record?.rkey === rkey ? record : strangeRecord(answer.value, place, rkey);
    }
    const {error, message} = answer.refusal;
    if (!noRecord.test(`${error} ${message}`)) throw await this.#refused(did, answer.refusal, signal);
    // A host says the same of repositories that it does not serve. From those, nothing is gone.
    const standing = await this.#standing(did, answer.refusal, signal);
    if (standing instanceof Fault) throw standing;
    if (standing === 'unknown') await this.collections(did, signal);
    return null;
  }

  #ask(method: string, params: Readonly<Record<string, string>>, signal: AbortSignal): Promise<XrpcAnswer> {
    const {pageBytes: mostBytes, pageMs: withinMs} = this.#limits;
    return this.#xrpc.query({method, params, mostBytes, withinMs}, signal);
  }

  /** Why a repository was refused: for how it stands, or else for what the host said. */
  async #refused(did: string, refusal: XrpcRefusal, signal: AbortSignal): Promise<Fault> {
    if (refusal.status !== 400 && refusal.status !== 404) return refusal.fault;
    const standing = await this.#standing(did, refusal, signal);
    return standing instanceof Fault ? standing : refusal.fault;
  }

  #standing(did: string, refusal: XrpcRefusal, signal: AbortSignal): Promise<Standing> {
    return standingOf(this.#xrpc, did, refusal, this.#limits, signal);
  }
}
