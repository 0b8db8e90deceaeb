import {d1Target} from '../../src/databases/d1.ts';
import {D1Account, type D1AccountOptions} from '../../src/databases/d1-account.ts';
import type {Target} from '../../src/databases/database.ts';
import type {LocalCloudflare} from '../../src/sandbox/local-cloudflare.ts';

/** The simulator's account, as fast as it goes unless the pace is what is tested. */
export function accountOf(
  {accountId, token, baseUrl}: LocalCloudflare,
  options: Partial<D1AccountOptions> = {},
): D1Account {
  return new D1Account({accountId, token, baseUrl, perSecond: 1_000, now: Date.now, ...options});
}

/** A database of the simulator's as a target; its first where none is named. */
export function targetOn(
  local: LocalCloudflare,
  {account = accountOf(local), database = local.databases[0]?.name ?? '', marks = true} = {},
): Promise<Target> {
  return d1Target({account, database, label: `d1:${database}`, marks});
}
