import {AtpAgent, XRPCError} from '@atproto/api';
import {IdResolver} from '@atproto/identity';
import type {LocalNetwork} from '../../../src/sandbox/network/network.ts';
import type {LocalServer} from '../../../src/sandbox/network/server.ts';

export const match = 'games.headgate.play.match';
export const note = 'games.headgate.play.note';

/** The reference client, which checks every answer against its lexicon. */
export function clientOf(origin: string) {
  return new AtpAgent({service: origin}).com.atproto;
}

export function hostOf({hosts}: LocalNetwork, name: string): LocalServer {
  const host = hosts[name];
  if (host === undefined) throw new Error(`no host is called ${name}`);
  return host;
}

/** The reference resolver, allowed to look at this machine. */
export function resolverOf({plc}: LocalNetwork) {
  return new IdResolver({plcUrl: plc, fetch}).did;
}

/** How a call was refused. */
export async function refusalOf(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    if (error instanceof XRPCError) return {status: error.status, error: error.error, message: error.message};
    throw error;
  }
  throw new Error('it was not refused');
}

/** So many records, in ascending order of their keys. */
export function numbered(
  count: number,
): Readonly<Record<string, {readonly $type: string; readonly n: number}>> {
  return Object.fromEntries(
    Array.from({length: count}, (_, n) => [`r${String(n).padStart(5, '0')}`, {$type: match, n}]),
  );
}
