/** What a network is made of. Plain JSON, so that another process can be told of it. */
export interface NetworkSpec {
  /** DIDs, keys and made-up records come of it: the same for the same text. */
  readonly seed?: string;
  readonly hosts: Readonly<Record<string, HostSpec>>;
  readonly accounts?: readonly AccountSpec[];
  readonly crowds?: readonly CrowdSpec[];
  /** One that knows everything if left out. */
  readonly relays?: readonly RelaySpec[];
  readonly plc?: PlcSpec;
}

/** What every server can be told. */
export interface ServerSpec {
  /** Taken if it is free, so that addresses are the same every time; any port if not. */
  readonly port?: number;
  readonly limit?: LimitSpec;
}

/** So many requests in so many seconds; what is beyond is answered with 429. */
export interface LimitSpec {
  readonly requests: number;
  readonly seconds: number;
  /** As many getRepo are counted apart; with all others if left out. */
  readonly repositories?: number;
  readonly announces: LimitHeaders;
}

/**
 * How a limit is told: by ratelimit-* on every answer, by retry-after where it is reached, by both (the reference PDS
 * since 2026), or not at all.
 */
export type LimitHeaders = 'ratelimit' | 'retry-after' | 'both' | 'nothing';

export interface HostSpec extends ServerSpec {
  /** Refuses connections until it is brought up. */
  readonly isDown?: boolean;
  /** Comes up so many seconds after the directory was first asked for one of its accounts. */
  readonly revivesAfterSeconds?: number;
  /** Of a page of records: 100 if left out. Fewer make many pages of few. */
  readonly pageMost?: number;
  /** What more than 100 records a page are refused with: 400 if left out. */
  readonly refusesLargePagesWith?: 400 | 500;
  /** Answers `since` with the whole repository. */
  readonly ignoresSince?: boolean;
  /** Of the blocks in a CAR: by revision and CID as the reference PDS sends them, or as the tree is walked. */
  readonly carOrder?: 'cid' | 'tree';
}

export interface RelaySpec extends ServerSpec {
  readonly isDown?: boolean;
  readonly byCollection?: ByCollection;
  /** Collections for which it fails with a 500. */
  readonly failsFor?: readonly string[];
  /** Names of accounts that it knows nothing of. */
  readonly omits?: readonly string[];
  /** Names of accounts that come a second time, after all others. */
  readonly twice?: readonly string[];
  /** DIDs that nobody else has heard of; they come last. */
  readonly strays?: readonly string[];
  /** Of a page: 2,000 by collection and 1,000 of all if left out. */
  readonly pageMost?: number;
}

/** Whether listReposByCollection is served; if not, what it is answered with: 404 by most, 400 by bsky.network, 401 by a PDS. */
export type ByCollection = 'served' | 400 | 401 | 404;

export interface PlcSpec extends ServerSpec {
  /** 410 as its documentation says, or 404 as its source does. */
  readonly tombstoneStatus?: 404 | 410;
}

export interface AccountSpec {
  readonly name: string;
  readonly host: string;
  /** NAME.test if left out. */
  readonly handle?: string;
  readonly identity?: IdentitySpec;
  readonly status?: AccountStatus;
  readonly document?: DocumentSpec;
  /** By collection and record key. */
  readonly records?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** By COLLECTION/RKEY: what is served in the place of a record, under the CID of that record. */
  readonly lies?: Readonly<Record<string, Json>>;
  /** Collections that relays believe it to have, beside those that it has. */
  readonly listedIn?: readonly string[];
}

/** A did:plc if left out. */
export type IdentitySpec =
  | 'plc'
  /** did:web:localhost%3APORT: a server of its own, with one document. */
  | {readonly web: 'port'; readonly port?: number}
  /** did:web:DOMAIN, whose document its host serves where it is asked by that name. */
  | {readonly web: 'domain'; readonly domain: string};

export const accountStatuses = ['active', 'deactivated', 'takendown', 'suspended', 'deleted'] as const;
export type AccountStatus = (typeof accountStatuses)[number];

/** What is wrong with an identity. */
export type DocumentSpec =
  /** The directory has never heard of it. */
  | 'unknown'
  | 'tombstone'
  | 'no-host'
  | 'no-key'
  /** Of somebody else: signatures don't match. */
  | 'other-key'
  /** The document is of another DID. */
  | 'other-did'
  | 'not-json'
  /** Says that the account is at this address. */
  | {readonly endpoint: string}
  /** Says that the account is at a host where it is not. */
  | {readonly host: string};

/**
 * Many accounts at once, named NAME-0, NAME-1 …: their records are made up, and made once for each shape, so that a
 * hundred thousand accounts take no longer than one. Commits are signed when somebody asks for them.
 */
export interface CrowdSpec {
  readonly name: string;
  readonly accounts: number;
  /** Taken in turn. */
  readonly hosts: readonly string[];
  /** How many records of each collection an account has. */
  readonly records: Readonly<Record<string, number>>;
  /** How many kinds of accounts there are, taken in turn; 1 if left out. */
  readonly shapes?: number;
  /** Of the text in each record; 100 if left out. */
  readonly textLength?: number;
  /** A signature takes a millisecond; without one nothing can be proven. */
  readonly isUnsigned?: boolean;
}

/** In the data model's form: links as {$link}, bytes as {$bytes}. No fractions. */
export type Json = null | boolean | number | string | readonly Json[] | {readonly [name: string]: Json};
