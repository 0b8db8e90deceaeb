import type {Account, Accounts} from './account.ts';
import {type Answer, errorAnswer, jsonAnswer, type Route} from './answer.ts';
import {standingOf} from './availability.ts';
import {isNsid, textOf} from './parameters.ts';
import {listedRepo} from './pds-sync.ts';
import type {LocalServer} from './server.ts';
import type {ByCollection, RelaySpec} from './spec.ts';

export interface LocalRelay extends LocalServer {
  /** Whether it serves listReposByCollection, from now on. */
  serve(byCollection: ByCollection): void;
  /** Whether it fails for a collection, from now on. */
  fail(collection: string, isFailing: boolean): void;
}

const pageMost = 2_000;

/** What a relay knows of the network: DIDs by collection, which it never forgets, and all accounts. */
export class Relay {
  byCollection: ByCollection;
  /** Collections for which it fails. */
  readonly failsFor: Set<string>;
  readonly #accounts: Accounts;
  readonly #spec: RelaySpec;
  /** By collection, until something comes. */
  readonly #lists = new Map<string, {readonly version: number; readonly dids: readonly string[]}>();

  constructor(spec: RelaySpec, accounts: Accounts) {
    this.#spec = spec;
    this.#accounts = accounts;
    this.byCollection = spec.byCollection ?? 'served';
    this.failsFor = new Set(spec.failsFor);
  }

  readonly route: Route = ({method, query}) => {
    switch (method) {
      case 'com.atproto.sync.listReposByCollection':
        return this.#listByCollection(query);
      case 'com.atproto.sync.listRepos':
        return this.#listRepos(query);
      case 'com.atproto.sync.getRepoStatus':
        return this.#status(textOf(query, 'did'));
      default:
        return notFound;
    }
  };

  #status(did: string): Answer {
    const account = this.#known().find(known => known.did === did);
    if (account === undefined) return errorAnswer(404, 'RepoNotFound', 'account not found');
    return jsonAnswer({did, ...standingOf(account), rev: account.repository.rev});
  }

  /** All accounts that it has heard of, by the numbers that it gave them. */
  async #listRepos(query: URLSearchParams): Promise<Answer> {
    const [limit, start] = [query.get('limit') || '500', query.get('cursor') || '0'].map(Number);
    if (limit === undefined || !Number.isInteger(limit) || limit < 1 || limit > 1_000)
      return errorAnswer(400, 'BadRequest', `limit parameter invalid: ${query.get('limit')}`);
    if (start === undefined || !Number.isInteger(start) || start < 0)
      return errorAnswer(400, 'BadRequest', `limit parameter invalid cursor: ${query.get('cursor')}`);
    const end = start + Math.min(limit, this.#spec.pageMost ?? limit);
    const page = this.#known().slice(start, end);
    const repos = await Promise.all(page.map(listedRepo));
    return jsonAnswer({repos, ...(page.length === end - start && {cursor: String(end)})});
  }

  #listByCollection(query: URLSearchParams): Answer {
    if (this.byCollection !== 'served') return refusals[this.byCollection];
    const collection = query.get('collection') ?? '';
    if (!isNsid(collection))
      return errorAnswer(400, 'BadRequest', 'bad collection nsid, NSID syntax did not validate');
    if (this.failsFor.has(collection))
      return errorAnswer(500, 'DatabaseError', 'failed to read DIDs for collection');
    const start = positionOf(query.get('cursor'));
    if (start === null) return errorAnswer(500, 'DatabaseError', 'failed to read DIDs for collection');
    const end = start + Math.min(wantedOf(query), this.#spec.pageMost ?? pageMost);
    const page = this.#listed(collection).slice(start, end);
    // A full page has a cursor, also where nothing is behind it.
    const cursor = page.length === end - start ? {cursor: cursorOf(end)} : {};
    return jsonAnswer({repos: page.map(did => ({did})), ...cursor});
  }

  #listed(collection: string): readonly string[] {
    const {version} = this.#accounts;
    const before = this.#lists.get(collection);
    if (before?.version === version) return before.dids;
    const {twice = [], strays = []} = this.#spec;
    const known = this.#known().filter(({everIn}) => everIn.has(collection));
    const again = known.filter(({name}) => twice.includes(name));
    const dids = [...known, ...again].map(({did}) => did).concat(strays);
    this.#lists.set(collection, {version, dids});
    return dids;
  }

  #known(): readonly Account[] {
    const {omits = []} = this.#spec;
    return [...this.#accounts.all()].filter(({name}) => !omits.includes(name));
  }
}

const notFound = errorAnswer(404, 'Not Found', 'Not Found');

const refusals: Readonly<Record<Exclude<ByCollection, 'served'>, Answer>> = {
  400: errorAnswer(400, 'InvalidRequest', 'XRPC Not Supported'),
  401: errorAnswer(401, 'AuthMissing', 'Authentication Required'),
  404: notFound,
};

/** Like the collection directory: what it can't read is the default, what is too much the most. */
function wantedOf(query: URLSearchParams): number {
  const limit = Number.parseInt(query.get('limit') ?? '', 10);
  return Number.isNaN(limit) ? 500 : Math.min(Math.max(limit, 1), pageMost);
}

function cursorOf(position: number): string {
  return Buffer.from(`A${position}`).toString('base64url');
}

function positionOf(cursor: string | null): number | null {
  if (cursor === null || cursor === '') return 0;
  const [, position] = /^A(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  return position === undefined ? null : Number(position);
}
