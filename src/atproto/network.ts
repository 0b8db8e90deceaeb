import type {FaultData} from '../core/failure.ts';
import type {Finding} from '../core/probe.ts';
import type {Service} from '../core/service.ts';

/**
 * The AT Protocol network as a source: relays that list repositories, directories that tell where each one is, and hosts
 * (PDS) that serve them. Every method makes the requests of one step and fails with a `Fault` that names the `host` and,
 * where it was asked to wait, `retryAfterMs`; limits and retries are the engine's. Nothing that a host says is believed
 * without a look: content has its CID, a URI its repository and collection.
 */
export interface Network {
  /** The same for the same relays and directory, whoever names them. */
  readonly id: string;
  /** As shown on screens and as it can be passed to --source. */
  readonly label: string;
  readonly service: Service;
  /** Whether relays and directory answer, and what to do if not. */
  check(): Promise<readonly Finding[]>;
  readonly relays: readonly Relay[];
  readonly identities: Identities;
  /** A host by its origin, such as https://pds.example.com. */
  pds(origin: string): Pds;
  /** The CID of a record from its JSON text, as `FetchedRecord` has it; null where it is no record. */
  cidOf(json: string): string | null;
  /** Looks at records by these lexicons (JSON texts), and by those that are published with the protocol. */
  validator(lexicons: readonly string[]): Promise<RecordValidator>;
}

export interface RecordValidator {
  /** Whether there is a lexicon of the collection. */
  knows(collection: string): boolean;
  /** Why a record, in JSON text, is not as its lexicon says, in a few words; null where it is. */
  reasonAgainst(collection: string, json: string): string | null;
}

export interface Relay {
  /** Whose limit a request counts against, such as relay1.us-east.bsky.network. */
  readonly host: string;
  /** One page of repositories that may hold records of a collection, up to 2,000; doubles and empty ones among them. */
  repositories(collection: string, cursor: string | null, signal: AbortSignal): Promise<RepositoryPage>;
}

export interface RepositoryPage {
  readonly dids: readonly string[];
  /** Null where it was the last page. */
  readonly cursor: string | null;
  /** False where the relay can't list by collection: these are all the repositories that it knows. */
  readonly isOfCollection: boolean;
}

export interface Identities {
  /** Whose limit resolving a DID or handle counts against. */
  hostOf(didOrHandle: string): string;
  /** Where a repository is. Fails as `no-host` where the identity names none, `not-found` where there is no such DID. */
  resolve(did: string, options: ResolveOptions): Promise<Identity>;
  /** The DID of a handle, confirmed by that DID's own document. */
  resolveHandle(handle: string, signal: AbortSignal): Promise<string>;
}

export interface ResolveOptions {
  readonly signal: AbortSignal;
  /** Ask again, also for one that was resolved before: accounts move. */
  readonly isFresh?: boolean;
}

export interface Identity {
  readonly did: string;
  /** The origin of its PDS. */
  readonly pds: string;
  /** Null where the document claims none. */
  readonly handle: string | null;
  /** The did:key that signs its commits; null where the document has none. */
  readonly signingKey: string | null;
}

/**
 * A host of repositories. A repository that it does not serve is told apart by `kind`: `deactivated`, `taken-down`, or
 * `not-found` (then it may have moved).
 */
export interface Pds {
  /** Whose limit its requests count against, such as pds.example.com. */
  readonly host: string;
  readonly origin: string;
  /** The collections that a repository has. */
  collections(did: string, signal: AbortSignal): Promise<readonly string[]>;
  /** One page of a collection, up to 100 records in ascending order of record keys, beyond the cursor. */
  listRecords(listing: RecordListing, signal: AbortSignal): Promise<RecordPage>;
  /**
   * The whole repository as one CAR, and of it the records of some collections, in ascending order of their path
   * (collection/rkey, by bytes). Fails as `too-large` beyond `mostBytes`, before it holds more than that.
   */
  repository(order: RepositoryOrder, signal: AbortSignal): Promise<Repository>;
  /** One record as it is now; null where the repository is there and has none of that key. */
  record(did: string, collection: string, rkey: string, signal: AbortSignal): Promise<FetchedRecord | null>;
}

export interface RecordListing {
  readonly did: string;
  readonly collection: string;
  readonly cursor: string | null;
}

export interface RecordPage {
  readonly records: readonly FetchedRecord[];
  /** Null where it was the last page. */
  readonly cursor: string | null;
  /** Of the answer's body. */
  readonly bytes: number;
}

export interface RepositoryOrder {
  readonly did: string;
  readonly collections: readonly string[];
  readonly mostBytes: number;
  /** The did:key whose signature the commit must bear, and every record be proven by; null believes the host. */
  readonly proof: string | null;
  /** Told of every chunk of the answer. */
  readonly onBytes: (count: number) => void;
}

export interface Repository {
  /** The revision (a TID): it rises with every commit. */
  readonly rev: string;
  /** A page at a time, so that a large repository does not hold up everything else while it is decoded. */
  records(): Iterable<readonly FetchedRecord[]>;
}

export interface FetchedRecord {
  /** at://DID/COLLECTION/RKEY */
  readonly uri: string;
  readonly collection: string;
  readonly rkey: string;
  readonly cid: string;
  /** The content as JSON text in the data model's form ($link, $bytes), numbers as they are; '' where there is a fault. */
  readonly json: string;
  /** Why it can't be taken: its CID is not that of its content, its URI is another's, it is too large. */
  readonly fault: FaultData | null;
  /** It holds U+0000 or half a surrogate pair, which Postgres stores in no text. */
  readonly isUnstorable: boolean;
}
