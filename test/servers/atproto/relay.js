import {listen} from './listen.js';

/**
 * A relay over hosts, for which npm has none: their listRepos and describeRepo make its listReposByCollection. As
 * bluesky-social/indigo's collectiondir it lists in the order of first sight, takes nothing out again, clamps the limit,
 * and gives a cursor with every full page. Unlike it, it looks at the hosts when it is asked: a repository that was gone
 * by then it has never seen. Without `byCollection` it knows listRepos only, as most community relays.
 */
export async function startRelay({hosts, byCollection}) {
  const place = await listen();
  const directory = new Directory(hosts);
  const methods = {
    'com.atproto.sync.listRepos': query => page(directory.repositories, query, 1_000),
    ...(byCollection && {
      'com.atproto.sync.listReposByCollection': query =>
        page(directory.holding(query.get('collection')), query, 2_000),
    }),
  };
  place.serve(async (request, response) => {
    const url = new URL(request.url, place.url);
    const answer = methods[url.pathname.replace('/xrpc/', '')];
    const [status, body] = answer
      ? await directory.refresh().then(
          () => [200, answer(url.searchParams)],
          error => [502, {error: 'UpstreamFailure', message: String(error)}],
        )
      : [404, {error: 'XRPCNotSupported', message: 'XRPCNotSupported'}];
    response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));
  });
  return place;
}

class Directory {
  #hosts;
  #collections = new Map();
  #revisions = new Map();
  #refreshing = Promise.resolve();
  repositories = [];

  constructor(hosts) {
    this.#hosts = hosts;
  }

  holding(collection) {
    return Array.from(this.#collections.get(collection) ?? [], did => ({did}));
  }

  /** One at a time, or two of them would see the same repositories in different orders. */
  refresh() {
    this.#refreshing = this.#refreshing.catch(() => {}).then(() => this.#look());
    return this.#refreshing;
  }

  async #look() {
    const repositories = [];
    for (const host of this.#hosts)
      for await (const repository of listRepos(host)) {
        repositories.push(repository);
        if (repository.active && this.#revisions.get(repository.did) !== repository.rev)
          await this.#describe(host, repository);
      }
    this.repositories = repositories;
  }

  async #describe(host, {did, rev}) {
    const {collections} = await ask(host, 'com.atproto.repo.describeRepo', {repo: did});
    for (const collection of collections) {
      const dids = this.#collections.get(collection) ?? new Set();
      this.#collections.set(collection, dids.add(did));
    }
    this.#revisions.set(did, rev);
  }
}

async function* listRepos(host) {
  let cursor;
  do {
    const query = {limit: 1_000, ...(cursor && {cursor})};
    const {repos, ...more} = await ask(host, 'com.atproto.sync.listRepos', query);
    yield* repos;
    cursor = more.cursor;
  } while (cursor);
}

async function ask(host, method, query) {
  const response = await fetch(`${host}/xrpc/${method}?${new URLSearchParams(query)}`);
  if (!response.ok)
    throw new Error(`${method} of ${host} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

function page(all, query, most) {
  const limit = Math.min(Math.max(Number(query.get('limit') ?? 500), 1), most);
  const from = Number(Buffer.from(query.get('cursor') ?? '', 'base64url').toString() || 0);
  const repos = all.slice(from, from + limit);
  const next = Buffer.from(String(from + limit)).toString('base64url');
  return {repos, ...(repos.length === limit && {cursor: next})};
}
