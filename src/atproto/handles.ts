import {Resolver} from 'node:dns/promises';
import {DISALLOWED_TLDS, isValidDid} from '@atproto/syntax';
import {Fault, isRetryable} from '../core/failure.ts';
import type {NetworkLimits} from './limits.ts';
import type {WebClient} from './web-client.ts';
import {faultOfConnection} from './web-faults.ts';

export interface HandleOptions {
  readonly web: WebClient;
  readonly limits: NetworkLimits;
  /** Servers of DNS, ADDRESS:PORT, in the place of those that the system has. */
  readonly dnsServers?: readonly string[] | undefined;
}

/** A DID that somebody names for a handle, or why nobody does. */
type Named = {readonly did: string} | {readonly fault: Fault};

/**
 * The DID of a handle, by a TXT record of _atproto.HANDLE or by the handle's own host; whichever comes first with one
 * whose document claims the handle back. Where none does, the failure that may pass is told before the one that won't.
 * https://atproto.com/specs/handle#handle-resolution
 */
export async function resolveHandle(
  handle: string,
  claims: (did: string) => Promise<boolean>,
  options: HandleOptions,
  signal: AbortSignal,
): Promise<string> {
  if (DISALLOWED_TLDS.some(tld => handle.endsWith(tld)))
    throw new Fault('not-found', `${handle}: no handle ends like this`, {host: handle});
  const both = new AbortController();
  const either = AbortSignal.any([signal, both.signal]);
  const confirmed = async (named: Promise<Named>): Promise<string> => {
    const answer = await named;
    if ('fault' in answer) throw answer.fault;
    if (await claims(answer.did)) return answer.did;
    throw new Fault('invalid', `${handle}: it names ${answer.did}, whose document does not claim it`, {
      host: handle,
    });
  };
  try {
    return await Promise.any([
      confirmed(byDns(handle, options, either)),
      confirmed(byHost(handle, options, either)),
    ]);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AggregateError ? worst(error.errors) : error;
  } finally {
    both.abort();
  }
}

async function byDns(
  handle: string,
  {limits, dnsServers}: HandleOptions,
  signal: AbortSignal,
): Promise<Named> {
  const name = `_atproto.${handle}`;
  const resolver = new Resolver({timeout: limits.connectMs, tries: 2});
  if (dnsServers !== undefined) resolver.setServers(dnsServers);
  const onAbort = () => resolver.cancel();
  signal.addEventListener('abort', onAbort, {once: true});
  try {
    const texts = (await resolver.resolveTxt(name)).map(parts => parts.join(''));
    const dids = texts.filter(text => text.startsWith('did=')).map(text => text.slice('did='.length).trim());
    const [did, other] = dids;
    if (did === undefined) return absent(handle, `${name} has no TXT record did=…`);
    if (other !== undefined || !isValidDid(did)) return absent(handle, `${name} does not name one DID`);
    return {did};
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOTFOUND' || code === 'ENODATA') return absent(handle, `there is no TXT record ${name}`);
    return {fault: faultOfConnection(error, handle)};
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function byHost(handle: string, {web, limits}: HandleOptions, signal: AbortSignal): Promise<Named> {
  const url = new URL(`https://${handle}/.well-known/atproto-did`);
  const ask = {
    url,
    accept: 'text/plain',
    what: 'the DID',
    mostBytes: mostDidBytes,
    withinMs: limits.identityMs,
  };
  try {
    const answer = await web.get(ask, signal);
    if (answer.status !== 200) return {fault: web.refusal(answer, handle, 'the DID of the handle')};
    const [did = ''] = answer.body.toString('utf8').trim().split(/\s/, 1);
    return isValidDid(did) ? {did} : absent(handle, `${url.href} names no DID`);
  } catch (error) {
    signal.throwIfAborted();
    return {fault: faultOfConnection(error, handle)};
  }
}

const mostDidBytes = 4_096;

function absent(handle: string, why: string): Named {
  return {fault: new Fault('not-found', `${handle}: ${why}`, {host: handle})};
}

/** What may pass is said before what is mended only by somebody, and both before "there is none". */
function worst(errors: readonly unknown[]): unknown {
  const faults = errors.filter(error => error instanceof Fault);
  const [unexpected] = errors.filter(error => !(error instanceof Fault));
  return (
    unexpected ??
    faults.find(({kind}) => isRetryable(kind)) ??
    faults.find(({kind}) => kind !== 'not-found') ??
    faults[0]
  );
}
