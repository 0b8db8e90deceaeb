import {z} from 'zod';
import {type FailureKind, Fault} from '../core/failure.ts';
import type {NetworkLimits} from './limits.ts';
import {shown} from './web-faults.ts';
import type {Xrpc, XrpcRefusal} from './xrpc.ts';

/** Errors that say by themselves how a repository stands: https://docs.bsky.app/docs/api/com-atproto-sync-get-repo */
const kinds: Readonly<Record<string, FailureKind>> = {
  RepoNotFound: 'not-found',
  RepoTakendown: 'taken-down',
  RepoSuspended: 'taken-down',
  RepoDeactivated: 'deactivated',
};

/** The status of an account that is not active. Others, such as `throttled`, may pass. */
const kindsOfStatus: Readonly<Record<string, FailureKind>> = {
  deleted: 'not-found',
  takendown: 'taken-down',
  suspended: 'taken-down',
  deactivated: 'deactivated',
};

const words: Readonly<Partial<Record<FailureKind, string>>> = {
  'not-found': 'the host has no such repository',
  'taken-down': 'the host has taken the repository down, or suspended its account',
  deactivated: 'the account is deactivated',
};

const statusSchema = z.object({active: z.boolean(), status: z.string().optional()});

export type Standing = 'active' | 'unknown' | Fault;

/**
 * How a repository stands that a host refused. Most methods say the same of unknown, deactivated and taken down, so the
 * one method is asked that tells. `unknown` where it tells nothing.
 */
export async function standingOf(
  xrpc: Xrpc,
  did: string,
  {error}: XrpcRefusal,
  {documentBytes: mostBytes, pageMs: withinMs}: NetworkLimits,
  signal: AbortSignal,
): Promise<Standing> {
  const {host} = xrpc;
  const said = kinds[error];
  if (said !== undefined) return standing(said, did, host, error);
  const call = {method: 'com.atproto.sync.getRepoStatus', params: {did}, mostBytes, withinMs};
  const answer = await xrpc.query(call, signal);
  if (answer.refusal !== null) {
    const kind = kinds[answer.refusal.error];
    if (kind !== undefined) return standing(kind, did, host, answer.refusal.error);
    // Asked too often, or broken down: nothing is known yet. Whoever does not have the method says something else.
    if (answer.refusal.status === 429 || answer.refusal.status >= 502) throw answer.refusal.fault;
    return 'unknown';
  }
  const {success, data} = statusSchema.safeParse(answer.value);
  if (!success) return 'unknown';
  if (data.active) return 'active';
  const {status = 'deactivated'} = data;
  return standing(kindsOfStatus[status] ?? 'server-error', did, host, status);
}

function standing(kind: FailureKind, did: string, host: string, said: string): Fault {
  const what = words[kind] ?? 'the host does not serve the repository for now';
  return new Fault(kind, `${did}: ${what} (${host}: ${shown(said)})`, {host});
}
