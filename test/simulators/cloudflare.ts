import {z} from 'zod';
import {listen} from '../../src/sandbox/listen.ts';
import {
  type LocalCloudflare,
  type LocalCloudflareOptions,
  startLocalCloudflare,
} from '../../src/sandbox/local-cloudflare.ts';
import type {CloudflareFault} from './cloudflare-faults.ts';
import type {FaultLimits, InjectedFault} from './cloudflare-injected.ts';
import {FaultProxy} from './cloudflare-proxy.ts';
import type {SimulatedRequest} from './cloudflare-requests.ts';

/**
 * Cloudflare as a client meets it: a real D1 behind its REST API, and before that a proxy that breaks what it is told
 * to break. R2's S3 API is reached directly. One simulator serves a whole test file, with `reset` between the tests.
 */
export interface CloudflareSimulator extends LocalCloudflare {
  /** In the order in which they came; emptied by `reset`. */
  readonly requests: readonly SimulatedRequest[];
  /** Of several faults that could take a request, the one injected first does. */
  inject(fault: CloudflareFault, limits?: FaultLimits): InjectedFault;
  /**
   * The database as its owner sees it, past the proxy: no fault, and not among the requests. All statements in one
   * transaction; the rows of the last. The first database where none is named.
   */
  sql(statements: string | readonly string[], database?: string): Promise<readonly OwnRow[]>;
  /** Empty databases and an empty bucket, no faults, no requests. */
  reset(): Promise<void>;
}

export type OwnRow = Readonly<Record<string, unknown>>;

export async function startCloudflareSimulator(
  options: Partial<LocalCloudflareOptions> = {},
): Promise<CloudflareSimulator> {
  const local = await startLocalCloudflare({databases: ['assets'], bucket: 'assets', ...options});
  const proxy = new FaultProxy(local.baseUrl);
  const listening = await listen(proxy.server);
  return {
    ...local,
    baseUrl: local.baseUrl.replace(/:\d+/, `:${listening.port}`),
    requests: proxy.requests,
    inject: (fault, limits = {}) => proxy.inject(fault, limits),
    sql: (statements, database) => runSql(local, [statements].flat(), database),
    reset: async () => {
      await proxy.reset();
      await Promise.all(local.databases.map(({name}) => dropEverything(local, name)));
      await local.emptyBucket();
    },
    stop: async () => {
      await proxy.reset();
      await listening.close();
      await local.stop();
    },
  };
}

async function dropEverything(local: LocalCloudflare, database: string): Promise<void> {
  const found = await runSql(
    local,
    [
      `SELECT type, name
       FROM pragma_table_list
       WHERE type IN ('table', 'view', 'virtual')
         AND name NOT GLOB 'sqlite_*'
         AND name NOT GLOB '_cf_*'`,
    ],
    database,
  );
  const drops = found.map(
    ({type, name}) =>
      `DROP ${type === 'view' ? 'VIEW' : 'TABLE'} "${z.string().parse(name).replaceAll('"', '""')}"`,
  );
  if (drops.length > 0) await runSql(local, ['PRAGMA defer_foreign_keys = ON', ...drops], database);
}

const answer = z.object({
  result: z.array(z.object({results: z.array(z.record(z.string(), z.unknown()))})),
});

async function runSql(
  {baseUrl, accountId, token, databases}: LocalCloudflare,
  statements: readonly string[],
  database = databases[0]?.name,
): Promise<readonly OwnRow[]> {
  const uuid = databases.find(({name}) => name === database)?.uuid ?? database;
  const response = await fetch(`${baseUrl}/accounts/${accountId}/d1/database/${uuid}/query`, {
    method: 'POST',
    headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
    body: JSON.stringify({batch: statements.map(sql => ({sql}))}),
  });
  if (!response.ok) throw new Error(`database ${database}: ${await response.text()}`);
  return answer.parse(await response.json()).result.at(-1)?.results ?? [];
}
