import {isValidDid, isValidNsid} from '@atproto/syntax';
import {z} from 'zod';
import {Fault} from '../core/failure.ts';
import type {NetworkLimits} from './limits.ts';
import type {Relay, RepositoryPage} from './network.ts';
import {RelayLoops} from './relay-loops.ts';
import type {WebClient} from './web-client.ts';
import {notAsDocumented} from './web-faults.ts';
import {Xrpc, type XrpcAnswer} from './xrpc.ts';

const byCollection = 'com.atproto.sync.listReposByCollection';
const all = 'com.atproto.sync.listRepos';
/** What each method gives at most: https://docs.bsky.app/docs/api/com-atproto-sync-list-repos-by-collection */
const mostRepositories = {[byCollection]: '2000', [all]: '1000'};

/** Cursors of the two methods look alike, and one must not be taken for the other after a restart. */
const prefixes = {[byCollection]: 'collection:', [all]: 'all:'};
type Method = keyof typeof prefixes;

/** How servers answer that don't have the method: bsky.network 400, a PDS 401, most relays 404, some 501. */
const notServed: ReadonlySet<number> = new Set([400, 401, 404, 405, 501]);

const page = z.object({cursor: z.string().max(4_096).optional(), repos: z.array(z.unknown())});
const listed = z.object({did: z.string().refine(isValidDid), active: z.boolean().optional()});

/**
 * A relay's list of repositories, by collection where it can, else all that are active. What it lists that is no DID is
 * left out: there is nothing that could be asked for.
 */
export class OpenRelay implements Relay {
  readonly host: string;
  readonly #xrpc: Xrpc;
  readonly #limits: NetworkLimits;
  readonly #loops = new Map<string, RelayLoops>();
  /** Until it was asked it is not known. */
  #servesCollections: boolean | null = null;

  constructor(client: WebClient, origin: string, limits: NetworkLimits) {
    this.#xrpc = new Xrpc(client, origin);
    this.#limits = limits;
    this.host = this.#xrpc.host;
  }

  async repositories(
    collection: string,
    cursor: string | null,
    signal: AbortSignal,
  ): Promise<RepositoryPage> {
    // A relay answers such a one like a method that it does not have, and would be asked for everybody instead.
    if (!isValidNsid(collection))
      throw new Fault('invalid', `${collection} is not the name of a collection`, {host: this.host});
    const method = this.#methodOf(cursor);
    const answer = await this.#ask(method, collection, cursor, signal);
    if (answer.refusal === null) {
      if (method === byCollection) this.#servesCollections = true;
      return this.#page(method, answer.value, collection, cursor);
    }
    const {status, fault} = answer.refusal;
    const mayFallBack = method === byCollection && cursor === null && this.#servesCollections === null;
    if (!mayFallBack || !notServed.has(status)) throw fault;
    const other = await this.#ask(all, collection, null, signal);
    // It has neither: then what it said first is the answer.
    if (other.refusal !== null) throw notServed.has(other.refusal.status) ? fault : other.refusal.fault;
    this.#servesCollections = false;
    return this.#page(all, other.value, collection, null);
  }

  #methodOf(cursor: string | null): Method {
    if (cursor === null) return this.#servesCollections === false ? all : byCollection;
    return cursor.startsWith(prefixes[all]) ? all : byCollection;
  }

  #ask(method: Method, collection: string, cursor: string | null, signal: AbortSignal): Promise<XrpcAnswer> {
    const params = {
      limit: mostRepositories[method],
      ...(method === byCollection && {collection}),
      ...(cursor !== null && {cursor: cursor.slice(prefixes[method].length)}),
    };
    const {pageBytes: mostBytes, pageMs: withinMs} = this.#limits;
    return this.#xrpc.query({method, params, mostBytes, withinMs}, signal);
  }

  #page(method: Method, value: unknown, collection: string, asked: string | null): RepositoryPage {
    const parsed = page.safeParse(value);
    if (!parsed.success) throw notAsDocumented(this.host, method);
    const {repos, cursor: said} = parsed.data;
    const cursor = said === undefined || said === '' ? null : `${prefixes[method]}${said}`;
    const key = `${method} ${collection}`;
    const loops = this.#loops.get(key) ?? new RelayLoops();
    this.#loops.set(key, loops);
    loops.see(asked, cursor, repos.length, this.host);
    const dids = repos.flatMap(item => {
      const {success, data} = listed.safeParse(item);
      return success && data.active !== false ? [data.did] : [];
    });
    return {dids, cursor, isOfCollection: method === byCollection};
  }
}
