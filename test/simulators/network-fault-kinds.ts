import type {LimitHeaders} from '../../src/sandbox/network/spec.ts';

/** Which requests a fault is for, and how often it happens. */
export interface Narrowing {
  /** The name of a host, `plc`, `relay-0` …, or `web:NAME`. */
  readonly server?: string;
  /** Such as com.atproto.repo.listRecords, or `resolve`. */
  readonly method?: string;
  /** Whose repository or identity is asked for, by its name. */
  readonly account?: string;
  /** Requests that it would have happened to, and that it lets pass. */
  readonly skip?: number;
  /** Of those behind them, it happens to each so manieth; to all if left out. */
  readonly every?: number;
  /** Without it the fault stays until it is ended. */
  readonly times?: number;
}

/** Plain JSON, so that the simulator in another process can be told of it. */
export type NetworkFault = NetworkFaultKind & Narrowing;

export type NetworkFaultKind =
  | AnswerFault
  | AskedFault
  | PageFault
  | RecordFault
  | BodyFault
  | CarFault
  | DeliveryFault;

/** What is answered in the place of the real answer. */
export type AnswerFault =
  | {readonly type: 'error'; readonly status: number; readonly error?: string; readonly message?: string}
  | {readonly type: 'limit'; readonly announces: StormHeaders; readonly seconds: number}
  /** A captive portal (200) or a gateway (502) answers in the server's place. */
  | {readonly type: 'html'; readonly status: number}
  /** To the same path at another server, by its name, or to an address. */
  | {readonly type: 'redirect'; readonly to: string; readonly status: 301 | 302 | 307 | 308}
  | {readonly type: 'content-type'; readonly as: string};

/** Beside what a limit says by itself: Retry-After as a date, a reset that is over, and text where a number should be. */
export type StormHeaders = LimitHeaders | 'date' | 'past' | 'nonsense';

/** What is asked is not what is answered. */
export type AskedFault =
  /** Every page is the first. */
  | {readonly type: 'cursor-ignored'}
  /** As if another account had been asked for, by its name. */
  | {readonly type: 'other-account'; readonly as: string};

/** What is wrong with a page of records or repositories. */
export type PageFault =
  /** Its cursor is the one that it was asked with. */
  | {readonly type: 'repeated-cursor'}
  /** Nothing is on it, and there is always another. */
  | {readonly type: 'endless-cursor'}
  /** The first two have changed places. */
  | {readonly type: 'unsorted-page'}
  /** The first is on it twice. */
  | {readonly type: 'duplicate'}
  /** A field is missing: of the page, or of the first on it. */
  | {readonly type: 'missing-field'; readonly name: string};

/** What is wrong with the first record of a page, or with the one record that was asked for. */
export type RecordFault =
  /** Part of its URI is another's. */
  | {readonly type: 'foreign-uri'; readonly part: 'did' | 'collection' | 'rkey'; readonly as: string}
  | {readonly type: 'wrong-cid'; readonly as: string}
  /** Its text has so many characters; its CID is right. */
  | {readonly type: 'large-record'; readonly length: number}
  /** So many lists within each other; its CID is right. */
  | {readonly type: 'deep-record'; readonly levels: number}
  /** The bytes 0xFF 0xFE stand in a text. */
  | {readonly type: 'invalid-utf8'}
  /** Any JSON text in its value's place; its CID stays if none is given. */
  | {readonly type: 'raw-value'; readonly json: string; readonly cid?: string};

/** What is wrong with a body of any kind, though HTTP sees nothing wrong. */
export type BodyFault =
  /** It ends after so many bytes, or so many before its end where that is negative. */
  | {readonly type: 'truncated'; readonly after: number}
  /** In the middle if it is not said where. */
  | {readonly type: 'flipped-bit'; readonly at?: number}
  /** So many bytes more than it would have: spaces in JSON, a block that nothing names in a CAR. */
  | {readonly type: 'oversized'; readonly bytes: number};

export type CarFault =
  /** The commit, the root of the tree, or a record is not in it. */
  | {readonly type: 'missing-block'; readonly which: 'commit' | 'tree' | 'record'}
  /** Its header names no root, or two. */
  | {readonly type: 'wrong-roots'; readonly count: 0 | 2};

/** How an answer is delivered. */
export type DeliveryFault =
  | {readonly type: 'latency'; readonly ms: number}
  /** Waits until it is released; nothing has been looked up before that. */
  | {readonly type: 'held'}
  | {readonly type: 'stalled-headers'}
  | {readonly type: 'reset'}
  /** The headers promise the whole body, then the connection ends after so many bytes: by a reset, or as if done. */
  | {readonly type: 'cut-body'; readonly after: number; readonly by: 'reset' | 'close'}
  | {readonly type: 'stalled-body'; readonly after: number}
  | {readonly type: 'slow-drip'; readonly bytes: number; readonly everyMs: number}
  /** The body is followed by more and more, until the client has had enough. */
  | {readonly type: 'endless-body'};

export type NetworkFaultType = NetworkFaultKind['type'];
export type FaultOf<Type extends NetworkFaultType> = Extract<NetworkFault, {readonly type: Type}>;
