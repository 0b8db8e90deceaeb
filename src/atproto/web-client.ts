import {Agent as HttpAgent, request as httpRequest} from 'node:http';
import {Agent as HttpsAgent, request as httpsRequest} from 'node:https';
import {isIP, type LookupFunction} from 'node:net';
import {Fault} from '../core/failure.ts';
import {HostWaits} from './host-waits.ts';
import type {NetworkLimits} from './limits.ts';
import {isPublicAddress, PrivateAddress, publicLookup} from './public-address.ts';
import {saysWhen, waitMs} from './wait-headers.ts';
import {exchange, StaleConnection, type WebAnswer} from './web-exchange.ts';
import {faultOfConnection, faultOfStatus} from './web-faults.ts';

export interface WebOptions {
  /** For hosts that the operator named. All others are asked over https, and only at public addresses. */
  readonly allowPrivateHosts: boolean;
  readonly limits: NetworkLimits;
  readonly now: () => number;
  /** Where a host is really reached that no name leads to: of a network within this machine. */
  readonly reach?: ((hostname: string) => URL | null) | undefined;
}

export interface WebGet {
  readonly url: URL;
  readonly accept: string;
  /** What is asked for, as messages call it. */
  readonly what: string;
  readonly mostBytes: number;
  readonly withinMs: number;
  readonly onBody?: (chunk: Buffer) => void;
}

/** More than the limiter ever grants to one host. */
const maxSockets = 256;
/** A run asks thousands of hosts: connections that are kept open for the next request are not kept for long. */
const maxFreeSockets = 32;
const freeMs = 15_000;

/**
 * GETs to hosts that nobody vouches for. Their addresses are looked at as a socket connects, redirects are not followed,
 * and a host that has said it has no room for another request is not asked before its time. Node's own http, because
 * fetch gives no say in addresses. Nothing is tried twice but what can't have been noticed: a kept connection that the
 * host had closed.
 */
export class WebClient {
  readonly #options: WebOptions;
  readonly #lookup: LookupFunction | undefined;
  readonly #waits: HostWaits;
  readonly #agents = {
    'http:': new HttpAgent({keepAlive: true, maxSockets, maxFreeSockets, timeout: freeMs}),
    'https:': new HttpsAgent({keepAlive: true, maxSockets, maxFreeSockets, timeout: freeMs}),
  };

  constructor(options: WebOptions) {
    this.#options = options;
    this.#lookup = options.allowPrivateHosts ? undefined : publicLookup();
    this.#waits = new HostWaits(options.now);
  }

  /** Any answer but a redirect; what it means is for whoever asked. */
  async get(get: WebGet, signal: AbortSignal): Promise<WebAnswer> {
    const {url} = get;
    signal.throwIfAborted();
    if (!this.#options.allowPrivateHosts) requirePublic(url);
    this.#waits.requireRoom(url.host);
    for (let again = false; ; again = true) {
      try {
        const answer = await this.#exchange(get, signal);
        this.#waits.hear(url.host, answer.headers);
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof StaleConnection)) throw error;
        if (again) throw new Fault('connection', `${url.host}: it closes every connection`, {host: url.host});
      }
    }
  }

  /** An answer that is none, with what it said of itself. */
  refusal({status, headers}: WebAnswer, host: string, said: string): Fault {
    const isLimit = status === 429 || (status === 503 && saysWhen(headers));
    return faultOfStatus(status, host, said, isLimit ? waitMs(headers, this.#options.now()) : null);
  }

  #exchange({url, accept, ...get}: WebGet, signal: AbortSignal): Promise<WebAnswer> {
    const {limits, allowPrivateHosts, reach} = this.#options;
    const {connectMs, idleMs} = limits;
    const there = (allowPrivateHosts && reach?.(url.hostname)) || url;
    const isSecure = there.protocol === 'https:';
    const send = isSecure ? httpsRequest : httpRequest;
    const request = send({
      agent: this.#agents[isSecure ? 'https:' : 'http:'],
      protocol: there.protocol,
      hostname: unbracketed(there.hostname),
      port: there.port,
      path: `${url.pathname}${url.search}`,
      headers: {host: url.host, accept, 'accept-encoding': 'identity', 'user-agent': 'headgate'},
      timeout: idleMs,
      lookup: this.#lookup,
    });
    const connected = isSecure ? 'secureConnect' : 'connect';
    return exchange(request, {...get, host: url.host, connected, connectMs, idleMs}, signal);
  }
}

/** An address in the place of a name is never looked up. */
function requirePublic(url: URL): void {
  const {protocol, host} = url;
  const hostname = unbracketed(url.hostname);
  if (protocol !== 'https:')
    throw new Fault('no-host', `${host}: it is to be asked without encryption`, {host});
  if (isIP(hostname) !== 0 && !isPublicAddress(hostname))
    throw faultOfConnection(new PrivateAddress(hostname), host);
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
