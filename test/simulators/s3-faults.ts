import type {S3ErrorCode} from './s3-errors.ts';
import type {S3Operation, S3Request} from './s3-request.ts';

/** Which requests a fault is for, and how often it happens. */
export interface Narrowing {
  readonly operation?: S3Operation;
  readonly key?: string | RegExp;
  /** Requests that it would have happened to, and that it lets pass. */
  readonly skip?: number;
  /** Without it the fault stays until it is ended. */
  readonly times?: number;
}

export type S3FaultKind =
  | {readonly type: 'latency'; readonly ms: number}
  /** Any error of S3; `retryAfter` is sent as seconds or as an HTTP date. */
  | {readonly type: 'error'; readonly code: S3ErrorCode; readonly retryAfter?: number | Date}
  /** The bucket is in another region: a redirect, or a refusal of the signature's region. */
  | {
      readonly type: 'wrong-region';
      readonly expected: string;
      readonly as: 'PermanentRedirect' | 'AuthorizationHeaderMalformed';
    }
  /** Refuses one access key until the fault is ended; other keys go on working. */
  | {readonly type: 'expired-token'; readonly accessKeyId: string}
  /** The server's clock goes wrong by so much, in its Date header too: a client that sets its own by that gets in. */
  | {readonly type: 'clock-skew'; readonly minutes: number}
  /** A captive portal (200) or a gateway (502) answers in the server's place. */
  | {readonly type: 'html'; readonly status: number}
  | {readonly type: 'stalled-headers'}
  | {readonly type: 'reset'}
  /** The headers promise the whole body, then the connection ends after so many bytes: by a reset, or as if done. */
  | {readonly type: 'cut-body'; readonly after: number; readonly by: 'reset' | 'close'}
  | {readonly type: 'stalled-body'; readonly after: number}
  /**
   * Content-Length is off by so many bytes. With `sends: 'declared'` the body is cut or padded to fit, so that HTTP sees
   * nothing wrong; with `sends: 'object'` it is sent as it is, and then the connection ends.
   */
  | {readonly type: 'wrong-length'; readonly off: number; readonly sends: 'declared' | 'object'}
  | {readonly type: 'if-match-ignored'}
  | {readonly type: 'range-ignored'}
  /** IsTruncated, and no token to go on with. */
  | {readonly type: 'truncated-without-token'}
  /** The first two keys of the page have changed places. */
  | {readonly type: 'unsorted-page'}
  /** The first key of the page is on it twice. */
  | {readonly type: 'duplicate-key'}
  | {readonly type: 'start-after-ignored'}
  | {readonly type: 'continuation-expired'}
  /** The token of a page leads to the same page again. */
  | {readonly type: 'token-loop'}
  /** The token of a page leads to the first one. */
  | {readonly type: 'token-back'}
  | S3VersionsFaultKind
  /** The page has no keys, and another token to the same place: where a service has to leave out what was deleted. */
  | {readonly type: 'empty-page'};

/** What can be wrong with a page of versions alone. */
export type S3VersionsFaultKind =
  /** A page of versions is truncated, and has no marker to go on with. */
  | {readonly type: 'truncated-without-marker'}
  /** The markers of a page of versions lead to the same page again. */
  | {readonly type: 'marker-loop'}
  /** A page of versions begins with what its markers name; they name the last of the page before, or the one behind it. */
  | {readonly type: 'inclusive-key-marker'; readonly next: 'last' | 'following'}
  /** The delete markers of a page stand before its versions: B2 writes its pages so. */
  | {readonly type: 'delete-markers-apart'}
  /** A version is listed without its size. */
  | {readonly type: 'missing-size'};

export type S3Fault = S3FaultKind & Narrowing;
export type S3FaultType = S3FaultKind['type'];
type FaultOf<Type extends S3FaultType> = Extract<S3Fault, {readonly type: Type}>;

export interface Injected {
  /** How often it really happened. */
  readonly fired: number;
  end(): void;
}

interface Active {
  readonly fault: S3Fault;
  skipped: number;
  fired: number;
}

/**
 * Faults wait here until a request asks whether one is to happen to it. A request asks only where it can happen (no
 * body is cut after 100 bytes that has 50), so `fired` counts what a client has really met.
 */
export class S3Faults {
  readonly #active = new Set<Active>();

  inject(fault: S3Fault): Injected {
    const active: Active = {fault, skipped: 0, fired: 0};
    this.#active.add(active);
    return {
      get fired() {
        return active.fired;
      },
      end: () => {
        this.#active.delete(active);
      },
    };
  }

  take<Type extends S3FaultType>(
    type: Type,
    request: S3Request,
    applies: (fault: FaultOf<Type>) => boolean = () => true,
  ): FaultOf<Type> | null {
    for (const active of this.#active) {
      const {fault} = active;
      if (!isOf(fault, type) || !concerns(fault, request) || !applies(fault)) continue;
      if (active.skipped < (fault.skip ?? 0)) {
        active.skipped++;
      } else {
        active.fired++;
        if (active.fired === fault.times) this.#active.delete(active);
        return fault;
      }
    }
    return null;
  }
}

function isOf<Type extends S3FaultType>(fault: S3Fault, type: Type): fault is FaultOf<Type> {
  return fault.type === type;
}

function concerns({operation, key}: Narrowing, request: S3Request): boolean {
  if (operation !== undefined && operation !== request.operation) return false;
  if (key === undefined) return true;
  // Not RegExp.test, which remembers where it was if the expression is global.
  return typeof key === 'string' ? key === request.key : request.key.search(key) >= 0;
}
