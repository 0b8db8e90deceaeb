import {z} from 'zod';
import {accountStatuses, type NetworkSpec} from '../../src/sandbox/network/spec.ts';

/** A spec that comes from another process, as JSON. */

const server = {
  port: z.int().exactOptional(),
  limit: z
    .strictObject({
      requests: z.int(),
      seconds: z.number(),
      repositories: z.int().exactOptional(),
      announces: z.enum(['ratelimit', 'retry-after', 'both', 'nothing']),
    })
    .exactOptional(),
};

const host = z.strictObject({
  ...server,
  isDown: z.boolean().exactOptional(),
  revivesAfterSeconds: z.number().exactOptional(),
  pageMost: z.int().exactOptional(),
  refusesLargePagesWith: z.literal([400, 500]).exactOptional(),
  ignoresSince: z.boolean().exactOptional(),
  carOrder: z.enum(['cid', 'tree']).exactOptional(),
});

const relay = z.strictObject({
  ...server,
  isDown: z.boolean().exactOptional(),
  byCollection: z.literal(['served', 400, 401, 404]).exactOptional(),
  failsFor: z.array(z.string()).exactOptional(),
  omits: z.array(z.string()).exactOptional(),
  twice: z.array(z.string()).exactOptional(),
  strays: z.array(z.string()).exactOptional(),
  pageMost: z.int().exactOptional(),
});

const account = z.strictObject({
  name: z.string(),
  host: z.string(),
  handle: z.string().exactOptional(),
  identity: z
    .union([
      z.literal('plc'),
      z.strictObject({web: z.literal('port'), port: z.int().exactOptional()}),
      z.strictObject({web: z.literal('domain'), domain: z.string()}),
    ])
    .exactOptional(),
  status: z.enum(accountStatuses).exactOptional(),
  document: z
    .union([
      z.enum(['unknown', 'tombstone', 'no-host', 'no-key', 'other-key', 'other-did', 'not-json']),
      z.strictObject({endpoint: z.string()}),
      z.strictObject({host: z.string()}),
    ])
    .exactOptional(),
  records: z.record(z.string(), z.record(z.string(), z.json())).exactOptional(),
  lies: z.record(z.string(), z.json()).exactOptional(),
  listedIn: z.array(z.string()).exactOptional(),
});

const crowd = z.strictObject({
  name: z.string(),
  accounts: z.int(),
  hosts: z.array(z.string()).min(1),
  records: z.record(z.string(), z.int()),
  shapes: z.int().exactOptional(),
  textLength: z.int().exactOptional(),
  isUnsigned: z.boolean().exactOptional(),
});

export const networkSpec = z.strictObject({
  seed: z.string().exactOptional(),
  hosts: z.record(z.string(), host),
  accounts: z.array(account).exactOptional(),
  crowds: z.array(crowd).exactOptional(),
  relays: z.array(relay).exactOptional(),
  plc: z.strictObject({...server, tombstoneStatus: z.literal([404, 410]).exactOptional()}).exactOptional(),
}) satisfies z.ZodType<NetworkSpec>;
