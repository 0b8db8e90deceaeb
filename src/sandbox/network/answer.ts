/** A request as a server sees it. */
export interface Call {
  /** The server's name: of a host as the spec has it, `plc`, `relay-0`, or `web:NAME`. */
  readonly server: string;
  /** What is asked for, such as com.atproto.repo.listRecords; `resolve` of the directory, else the path. */
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** By what name the server was called, without the port. */
  readonly calledAs: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export type Route = (call: Call) => Promise<Answer> | Answer;

export function jsonAnswer(value: unknown): Answer {
  return jsonTextAnswer(JSON.stringify(value));
}

export function jsonTextAnswer(body: string, status = 200): Answer {
  return {status, headers: {'content-type': 'application/json; charset=utf-8'}, body};
}

export function carAnswer(body: Uint8Array): Answer {
  return {status: 200, headers: {'content-type': 'application/vnd.ipld.car'}, body};
}

export function textAnswer(status: number, body: string): Answer {
  return {status, headers: {'content-type': 'text/plain; charset=utf-8'}, body};
}

/** As XRPC servers put it: a name for programs, a sentence for people. */
export function errorAnswer(status: number, error: string, message: string): Answer {
  return jsonTextAnswer(JSON.stringify({error, message}), status);
}

export function invalidRequest(message: string, error = 'InvalidRequest'): Answer {
  return errorAnswer(400, error, message);
}

/** A request that can't be answered as asked. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}
