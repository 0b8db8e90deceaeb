import {Client} from 'pg';
import {z} from 'zod';
import {report} from './report.ts';

const listed = z.object({repos: z.array(z.object({did: z.string()})), cursor: z.string().optional()});
const identity = z.object({service: z.array(z.object({id: z.string(), serviceEndpoint: z.string()}))});
const page = z.object({
  records: z.array(z.object({uri: z.string(), cid: z.string(), value: z.unknown()})),
  cursor: z.string().optional(),
});

/**
 * The original's way (seeds/002), as a process of its own: every repository that the relay lists for a collection, eight at
 * a time; its host from the directory, its records page by page, and each record by one upsert. No CID is checked, nothing
 * is decided, nothing can be resumed or taken back.
 *
 *     node records-original-way.ts RELAY PLC COLLECTION postgres://…
 */
const [relay = '', plc = '', collection = '', target = ''] = process.argv.slice(2);
const reposAtOnce = 8;

const database = new Client({connectionString: target});
await database.connect();
await report(async () => {
  const dids = await discover();
  const counts = {files: 0, bytes: 0, written: 0};
  let next = 0;
  const worker = async () => {
    for (let did = dids[next++]; did !== undefined; did = dids[next++]) {
      const written = await fetchRepository(did);
      counts.written += written;
      counts.files++;
    }
  };
  await Promise.all(Array.from({length: reposAtOnce}, worker));
  return counts;
});
await database.end();

async function discover(): Promise<readonly string[]> {
  const dids: string[] = [];
  for (let cursor = ''; ; ) {
    const url = new URL('/xrpc/com.atproto.sync.listReposByCollection', relay);
    url.search = new URLSearchParams({
      collection,
      limit: '1000',
      ...(cursor === '' ? {} : {cursor}),
    }).toString();
    const {repos, cursor: further} = listed.parse(await json(url));
    dids.push(...repos.map(({did}) => did));
    if (further === undefined) return dids;
    cursor = further;
  }
}

async function fetchRepository(did: string): Promise<number> {
  const {service} = identity.parse(await json(new URL(`/${did}`, plc)));
  const pds = service.find(({id}) => id === '#atproto_pds')?.serviceEndpoint;
  if (pds === undefined) throw new Error(`${did} names no PDS`);
  let written = 0;
  for (let cursor = ''; ; ) {
    const url = new URL('/xrpc/com.atproto.repo.listRecords', pds);
    const wanted = {repo: did, collection, limit: '100', ...(cursor === '' ? {} : {cursor})};
    url.search = new URLSearchParams(wanted).toString();
    const {records, cursor: further} = page.parse(await json(url));
    for (const {uri, cid, value} of records) {
      await database.query(
        `INSERT INTO records (uri, did, collection, rkey, record, cid) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (uri) DO UPDATE SET record = EXCLUDED.record, cid = EXCLUDED.cid, indexed_at = now()`,
        [uri, did, collection, uri.slice(uri.lastIndexOf('/') + 1), JSON.stringify(value), cid],
      );
      written++;
    }
    if (further === undefined || records.length === 0) return written;
    cursor = further;
  }
}

async function json(url: URL): Promise<unknown> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url.href}: ${answer.status}`);
  return answer.json();
}
