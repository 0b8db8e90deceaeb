import Cloudflare from 'cloudflare';
import {afterAll, beforeAll, beforeEach} from 'vitest';
import type {LocalCloudflare, LocalCloudflareOptions} from '../../src/sandbox/local-cloudflare.ts';
import {type CloudflareSimulator, startCloudflareSimulator} from '../simulators/cloudflare.ts';

/** One simulator for the whole test file, which every test finds empty and whole. Call it at the top of the file. */
export function sharedSimulator(options: Partial<LocalCloudflareOptions> = {}): () => CloudflareSimulator {
  let simulator: CloudflareSimulator | null = null;
  const started = () => {
    if (simulator === null) throw new Error('the simulator is there while tests run, not before');
    return simulator;
  };
  beforeAll(async () => {
    simulator = await startCloudflareSimulator(options);
  });
  beforeEach(() => started().reset());
  afterAll(async () => simulator?.stop());
  return started;
}

/** The service's own client, which shows every failure as it is: it tries nothing twice. */
export function clientOf({baseUrl, token}: LocalCloudflare): Cloudflare {
  return new Cloudflare({apiToken: token, baseURL: baseUrl, maxRetries: 0});
}

/** The uuid of a database by its name; of the first without one. */
export function uuidOf({databases}: LocalCloudflare, name?: string): string {
  const found = databases.find(database => name === undefined || database.name === name);
  if (found === undefined) throw new Error(`the simulator has no database ${name ?? 'at all'}`);
  return found.uuid;
}

export type StatementBody =
  | {readonly sql: string; readonly params?: readonly unknown[]}
  | {readonly batch: readonly object[]};

/** Any body, also one that the client's types forbid; the envelope that came back. */
export function postStatements(
  local: LocalCloudflare,
  operation: 'query' | 'raw',
  body: StatementBody,
  database = uuidOf(local),
): Promise<unknown> {
  return clientOf(local).post(`/accounts/${local.accountId}/d1/database/${database}/${operation}`, {body});
}

/** What an error of the client is when the service refused. */
export function refusal(status: number, code: number, message: unknown) {
  return {status, errors: [{code, message}]};
}
