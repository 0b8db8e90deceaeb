import {isValidDid, isValidHandle} from '@atproto/syntax';
import {Fault} from '../core/failure.ts';
import {BoundedCache} from './bounded-cache.ts';
import {readDidDocument} from './did-document.ts';
import {type HandleOptions, resolveHandle} from './handles.ts';
import type {NetworkLimits} from './limits.ts';
import type {Identities, Identity, ResolveOptions} from './network.ts';
import type {WebClient} from './web-client.ts';
import {shown} from './web-faults.ts';

export interface IdentityOptions extends HandleOptions {
  /** For the directory, which the operator named. */
  readonly trusted: WebClient;
  readonly plc: string;
  readonly allowPrivateHosts: boolean;
  readonly limits: NetworkLimits;
  readonly now: () => number;
}

/**
 * Where accounts are: did:plc by a directory, did:web by the host that it names, handles by DNS or their host. Answers are
 * remembered, and for a short time also that there is none. @atproto/identity is not used: it knows no rate limits, takes
 * all failures for one, and refuses ports (tried with 0.5.14).
 */
export class OpenIdentities implements Identities {
  readonly #options: IdentityOptions;
  readonly #plcHost: string;
  readonly #known: BoundedCache<Identity | Fault>;

  constructor(options: IdentityOptions) {
    this.#options = options;
    this.#plcHost = new URL(options.plc).host;
    this.#known = new BoundedCache({most: options.limits.identities, now: options.now});
  }

  hostOf(didOrHandle: string): string {
    if (!didOrHandle.startsWith('did:')) return didOrHandle.toLowerCase();
    return webOf(didOrHandle)?.host ?? this.#plcHost;
  }

  async resolve(did: string, {signal, isFresh = false}: ResolveOptions): Promise<Identity> {
    const {identityFreshMs, absenceFreshMs} = this.#options.limits;
    const known = isFresh ? undefined : this.#known.get(did);
    if (known instanceof Fault) throw known;
    if (known !== undefined) return known;
    try {
      const identity = await this.#ask(did, signal);
      this.#known.set(did, identity, identityFreshMs);
      return identity;
    } catch (error) {
      if (error instanceof Fault && (error.kind === 'not-found' || error.kind === 'no-host'))
        this.#known.set(did, error, absenceFreshMs);
      throw error;
    }
  }

  async resolveHandle(handle: string, signal: AbortSignal): Promise<string> {
    const name = handle.replace(/^(at:\/\/|@)/, '').toLowerCase();
    if (!isValidHandle(name)) throw new Fault('invalid', `${shown(handle)} is neither a DID nor a handle`);
    const claims = async (did: string) => (await this.resolve(did, {signal, isFresh: true})).handle === name;
    return await resolveHandle(name, claims, this.#options, signal);
  }

  async #ask(did: string, signal: AbortSignal): Promise<Identity> {
    const {trusted, web, plc, limits, allowPrivateHosts} = this.#options;
    if (!isValidDid(did)) throw new Fault('not-found', `${shown(did)} is no DID`);
    const [, method] = did.split(':');
    const url =
      method === 'web' ? documentUrlOf(did, allowPrivateHosts) : new URL(`${plc}/${encodeURIComponent(did)}`);
    if (method !== 'web' && method !== 'plc')
      throw new Fault(
        'no-host',
        `${shown(did)}: nobody here knows how to resolve DIDs of the kind did:${method}`,
      );
    const client = method === 'web' ? web : trusted;
    const answer = await client.get(
      {
        url,
        accept: 'application/did+ld+json, application/json',
        what: 'the DID document',
        mostBytes: limits.documentBytes,
        withinMs: limits.identityMs,
      },
      signal,
    );
    const {host} = url;
    if (answer.status === 404) throw new Fault('not-found', `${did}: ${host} knows no such DID`, {host});
    if (answer.status === 410)
      throw new Fault('not-found', `${did}: it was tombstoned, says ${host}`, {host});
    if (answer.status !== 200) throw client.refusal(answer, host, '');
    return await readDidDocument(answer.body.toString('utf8'), {did, host, allowPrivateHosts});
  }
}

/** The host of a did:web, which has no path in this network: https://atproto.com/specs/did#blessed-did-methods */
function webOf(did: string): URL | null {
  const [, , name = '', ...path] = did.split(':');
  if (!did.startsWith('did:web:') || path.length > 0) return null;
  const host = name.replace(/%3a/i, ':');
  return /^[a-zA-Z0-9.-]+(:\d+)?$/.test(host) && URL.canParse(`https://${host}`)
    ? new URL(`https://${host}`)
    : null;
}

function documentUrlOf(did: string, allowPrivateHosts: boolean): URL {
  const url = webOf(did);
  if (url === null) throw new Fault('no-host', `${shown(did)}: it names no host, or more than a host`);
  // Tests and worlds within one machine have no certificates.
  if (allowPrivateHosts && /^(localhost|127(\.\d+){3})$/.test(url.hostname)) url.protocol = 'http:';
  url.pathname = '/.well-known/did.json';
  return url;
}
