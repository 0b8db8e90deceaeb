import {Fault} from '../core/failure.ts';
import {isMap, parseExactly} from './exact-json.ts';
import {hasMoreValuesThan, isDeeperThan} from './json-depth.ts';
import {mostRecordBytes} from './record-limits.ts';
import type {WebClient, WebGet} from './web-client.ts';
import type {WebAnswer} from './web-exchange.ts';
import {notAsDocumented} from './web-faults.ts';

/** An answer that is a failure: the name that the method has for it, and what it means to the engine. */
export interface XrpcRefusal {
  readonly status: number;
  /** Such as RepoTakendown; '' where it has none. */
  readonly error: string;
  readonly message: string;
  readonly fault: Fault;
}

export type XrpcAnswer =
  | {readonly refusal: null; readonly value: unknown; readonly text: string; readonly bytes: number}
  | {readonly refusal: XrpcRefusal};

export interface XrpcCall {
  /** Such as com.atproto.repo.listRecords. */
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly mostBytes: number;
  readonly withinMs: number;
}

/** Of an answer. A record that is too deep by itself is to be told of by itself. */
const mostLevels = 200_000;
/** What stands around a record, and around an answer. */
const aroundRecord = 4_096;

/** Queries of one server, whose answers are JSON: https://atproto.com/specs/xrpc */
export class Xrpc {
  readonly host: string;
  readonly #origin: string;
  readonly #client: WebClient;

  constructor(client: WebClient, origin: string) {
    this.#client = client;
    this.#origin = origin;
    this.host = new URL(origin).host;
  }

  async query(call: XrpcCall, signal: AbortSignal): Promise<XrpcAnswer> {
    const answer = await this.#client.get(this.#get(call, 'application/json'), signal);
    if (answer.status !== 200) return {refusal: this.#refusal(answer, call.method)};
    const {body} = answer;
    if (isDeeperThan(body, mostLevels))
      throw new Fault(
        'invalid',
        `${this.host}: its answer to ${call.method} is nested deeper than anything that it should have`,
        {host: this.host},
      );
    // Those of one record are: whoever asks for several asks again for fewer.
    if (hasMoreValuesThan(body, mostRecordBytes + aroundRecord))
      throw new Fault(
        'too-large',
        `${this.host}: its answer to ${call.method} has more values in it than a record may have`,
        {host: this.host},
      );
    const text = body.toString('utf8');
    try {
      return {refusal: null, value: parseExactly(text), text, bytes: body.length};
    } catch {
      throw notAsDocumented(this.host, call.method);
    }
  }

  /** A body that is no JSON, as it comes; null where all of it came. */
  async stream(
    call: XrpcCall,
    onBody: (chunk: Buffer) => void,
    signal: AbortSignal,
  ): Promise<XrpcRefusal | null> {
    const get = {...this.#get(call, 'application/vnd.ipld.car'), onBody};
    const answer = await this.#client.get(get, signal);
    return answer.status === 200 ? null : this.#refusal(answer, call.method);
  }

  #get({method, params, mostBytes, withinMs}: XrpcCall, accept: string): WebGet {
    const url = new URL(`/xrpc/${method}`, this.#origin);
    url.search = new URLSearchParams(params).toString();
    return {url, accept, what: method, mostBytes, withinMs};
  }

  /** {error, message}, or whatever else it says. */
  #refusal(answer: WebAnswer, method: string): XrpcRefusal {
    const {error, message} = errorOf(answer.body);
    const said = [error, message].filter(part => part !== '').join(': ');
    const fault = this.#client.refusal(answer, this.host, said === '' ? method : `${method}: ${said}`);
    return {status: answer.status, error, message, fault};
  }
}

function errorOf(body: Buffer): {readonly error: string; readonly message: string} {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isMap(value)) return {error: textOf(value['error']), message: textOf(value['message'])};
  } catch {
    // A page for people, or nothing: the status says enough.
  }
  return {error: '', message: ''};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
