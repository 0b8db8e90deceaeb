import {type ClientRequest, request as httpRequest, type IncomingMessage} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {SignatureV4} from '@smithy/signature-v4';
import {Fault} from '../core/failure.ts';
import type {S3Connection, S3Timeouts} from './s3-client.ts';
import {faultOfAnswer, faultOfConnection, isExpired, readAnswer} from './s3-faults.ts';

/**
 * Signed GETs without the SDK's middleware, for the two requests that a run makes by the hundred thousand: a page of a
 * listing and an object's bytes. Measured on one core with objects of 10 KiB: 590 µs a GET through the SDK, 115 µs
 * here. Credentials, region and address are the SDK's.
 */
export class S3Http {
  readonly host: string;
  readonly #connection: S3Connection;
  readonly #timeouts: S3Timeouts;
  readonly #send: typeof httpRequest;
  readonly #signer: SignatureV4;

  constructor(connection: S3Connection, timeouts: S3Timeouts) {
    const {client, url, region} = connection;
    this.#connection = connection;
    this.#timeouts = timeouts;
    this.host = url.host;
    this.#send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    this.#signer = new SignatureV4({
      service: 's3',
      region,
      credentials: () => client.config.credentials(),
      sha256: client.config.sha256,
      uriEscapePath: false,
      applyChecksum: false,
    });
  }

  /** The answer where it is one of the `expected`; any other is thrown as a Fault. `what` names it in messages. */
  async get(
    get: S3Get,
    expected: readonly number[],
    what: string,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const response = await this.#request(get, what, signal);
    if (expected.includes(response.statusCode ?? 0)) return response;
    const answer = await readAnswer(response).catch((error: unknown) => {
      throw this.#fault(error, what, signal);
    });
    // Whoever renews credentials writes them to the profile: the next attempt takes them from there.
    if (isExpired(answer))
      await this.#connection.client.config.credentials({forceRefresh: true}).catch(() => undefined);
    throw faultOfAnswer(answer, what, this.host);
  }

  /** What broke while a body was read, as a Fault. */
  #fault(error: unknown, what: string, signal: AbortSignal): Fault {
    signal.throwIfAborted();
    return faultOfConnection(error, what, this.host);
  }

  async #request(get: S3Get, what: string, signal: AbortSignal): Promise<IncomingMessage> {
    signal.throwIfAborted();
    const {url, agents} = this.#connection;
    const {key, query = {}, headers = {}} = get;
    const path = key === undefined ? url.pathname : `${url.pathname}/${encodeKey(key)}`;
    const signed = await this.#signer
      .sign({
        method: 'GET',
        protocol: url.protocol,
        hostname: url.hostname,
        path,
        query: {...query},
        headers: {...headers, host: url.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD'},
      })
      .catch((error: unknown) => {
        throw new Fault(
          'denied',
          `${what}: the request can't be signed (${error instanceof Error ? error.message : String(error)})`,
        );
      });
    const search = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        if (signal.aborted) reject(signal.reason);
        else reject(faultOfConnection(error, what, this.host));
      };
      const request: ClientRequest = this.#send(
        {
          agent: url.protocol === 'https:' ? agents['https:'] : agents['http:'],
          protocol: url.protocol,
          hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
          port: url.port,
          method: 'GET',
          path: search.length === 0 ? path : `${path}?${search.join('&')}`,
          headers: signed.headers,
          signal,
          timeout: this.#timeouts.idleMs,
        },
        resolve,
      );
      request.on('timeout', () =>
        request.destroy(
          new Fault('timeout', `${what}: nothing came for ${this.#timeouts.idleMs / 1_000} s`, {
            host: this.host,
          }),
        ),
      );
      request.on('error', fail);
      request.end();
    });
  }
}

export interface S3Get {
  /** Without one it is the bucket that is asked. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 3986, as signatures are computed: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodeKey(key: string): string {
  return key.split('/').map(encode).join('/');
}
