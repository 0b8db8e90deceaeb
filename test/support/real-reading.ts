import {AtpAgent} from '@atproto/api';
import {IdResolver} from '@atproto/identity';
import {z} from 'zod';
import type {RealAccount} from './real-account.ts';
import {worldCollections} from './real-records.ts';

/** A real network read by requests alone: what a backfill of it is compared with. */

const recordPage = z.object({
  records: z.array(z.object({uri: z.string(), cid: z.string(), value: z.record(z.string(), z.unknown())})),
  cursor: z.string().optional(),
});
type ListedRecord = z.infer<typeof recordPage>['records'][number];

export async function listRecords(
  {did, pds}: RealAccount,
  collections: readonly string[] = worldCollections,
): Promise<readonly ListedRecord[]> {
  const records: ListedRecord[] = [];
  for (const collection of collections) {
    const query = {repo: did, collection, limit: '100', reverse: 'true'};
    for await (const page of pages(`${pds.origin}/xrpc/com.atproto.repo.listRecords`, query, recordPage))
      records.push(...page.records);
  }
  return records;
}

const repositoryPage = z.object({
  repos: z.array(z.object({did: z.string()})),
  cursor: z.string().optional(),
});

export async function listReposByCollection(
  relay: string,
  collection: string,
  limit: number,
): Promise<readonly string[]> {
  const dids: string[] = [];
  const query = {collection, limit: String(limit)};
  for await (const {repos} of pages(
    `${relay}/xrpc/com.atproto.sync.listReposByCollection`,
    query,
    repositoryPage,
  ))
    dids.push(...repos.map(({did}) => did));
  return dids;
}

/** The network's own client, as somebody whom the host does not know. */
export function clientOf(service: string): AtpAgent {
  return new AtpAgent({service});
}

/** What the directory says of an account. */
export function identityOf({did}: RealAccount, plc: string) {
  return new IdResolver({plcUrl: plc, fetch: globalThis.fetch}).did.resolveAtprotoData(did);
}

/** Until there is no cursor: the last page, an empty one, has none. */
async function* pages<Page extends {readonly cursor?: string | undefined}>(
  url: string,
  query: Readonly<Record<string, string>>,
  form: z.ZodType<Page>,
): AsyncGenerator<Page> {
  let cursor: string | undefined;
  do {
    const response = await fetch(`${url}?${new URLSearchParams({...query, ...(cursor && {cursor})})}`);
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    const page = form.parse(await response.json());
    yield page;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
