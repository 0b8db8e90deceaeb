import type {LocalRelay} from './relay.ts';
import type {LocalServer, Meddle} from './server.ts';
import type {AccountStatus, DocumentSpec, Json, NetworkSpec} from './spec.ts';
import {Wiring} from './wiring.ts';

/**
 * An AT Protocol network on loopback: relays, a directory of did:plc, and hosts with repositories that are real and
 * signed. What is behind each method is looked up in the reference implementations; what they offer to writers, and the
 * firehose, is not here: records change by the methods below.
 */
export interface LocalNetwork {
  /** Origins. */
  readonly relays: readonly string[];
  /** Origin of the directory. */
  readonly plc: string;
  /** By their names in the spec. */
  readonly hosts: Readonly<Record<string, LocalServer>>;
  readonly relayServers: readonly LocalRelay[];
  readonly plcServer: LocalServer;
  didOf(account: string): string;
  /** Of a DID or handle; null where it is nobody's. */
  nameOf(identifier: string): string | null;
  /** Signed at once, as a new revision; the answer is its CID. */
  putRecord(account: string, collection: string, rkey: string, value: Json): Promise<string>;
  deleteRecord(account: string, collection: string, rkey: string): Promise<void>;
  setStatus(account: string, status: AccountStatus): void;
  /** What is wrong with its identity; null makes it right. */
  setDocument(account: string, document: DocumentSpec | null): void;
  /**
   * Its document names another host from now on. The one before does not know it any more, or keeps it as deactivated, as
   * it does after a migration until somebody cleans up.
   */
  move(account: string, host: string, leaves?: 'nothing' | 'deactivated'): void;
  /** What is there now in active accounts, whether their hosts are up or not. */
  records(): Iterable<NetworkRecord>;
  close(): Promise<void>;
}

export interface NetworkRecord {
  readonly account: string;
  readonly uri: string;
  readonly did: string;
  readonly collection: string;
  readonly rkey: string;
  /** As listed. */
  readonly cid: string;
  readonly value: Json;
  /** `value` is not what `cid` is of. */
  readonly isLie: boolean;
}

export interface NetworkOptions {
  /** Comes between a server and its answers. */
  readonly meddle?: Meddle;
  readonly now?: () => number;
}

export async function startLocalNetwork(
  spec: NetworkSpec,
  {meddle = (call, answer) => answer(call), now = Date.now}: NetworkOptions = {},
): Promise<LocalNetwork> {
  const wiring = new Wiring(spec, meddle, now);
  try {
    await wiring.start();
  } catch (error) {
    await wiring.close();
    throw error;
  }
  const {accounts} = wiring;
  return {
    relays: wiring.relays.map(({origin}) => origin),
    plc: wiring.plc.origin,
    hosts: Object.fromEntries(wiring.hosts),
    relayServers: wiring.relays,
    plcServer: wiring.plc,
    didOf: name => accounts.named(name).did,
    nameOf: identifier => accounts.find(identifier)?.name ?? null,
    putRecord: async (name, collection, rkey, value) => {
      const account = accounts.named(name);
      const {repository} = account;
      await repository.write({collection, rkey, value});
      accounts.note(account, collection);
      return repository.find(collection, rkey)?.cidText ?? '';
    },
    deleteRecord: (name, collection, rkey) =>
      accounts.named(name).repository.write({collection, rkey, value: null}),
    setStatus: (name, status) => {
      accounts.named(name).status = status;
    },
    setDocument: (name, document) => {
      accounts.named(name).document = document;
    },
    move: (name, host, leaves = 'nothing') => {
      wiring.originOf(host);
      const account = accounts.named(name);
      const others = account.leftAt.filter(other => other !== host);
      account.leftAt = leaves === 'deactivated' ? [...others, account.host] : others;
      account.host = host;
    },
    records: () => recordsOf(wiring),
    close: () => wiring.close(),
  };
}

function* recordsOf({accounts}: Wiring): Generator<NetworkRecord> {
  for (const {name, did, status, repository} of accounts.all()) {
    if (status !== 'active') continue;
    for (const collection of repository.collections)
      for (const {rkey, cidText, json, isLie} of repository.records(collection))
        yield {
          account: name,
          uri: `at://${did}/${collection}/${rkey}`,
          did,
          collection,
          rkey,
          cid: cidText,
          // Millions of records are counted more often than looked into.
          get value(): Json {
            return JSON.parse(json);
          },
          isLie,
        };
  }
}
