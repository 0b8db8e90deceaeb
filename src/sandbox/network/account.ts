import {Secp256k1Keypair} from '@atproto/crypto';
import {keyBytesOf} from './identifiers.ts';
import type {Repository} from './repository.ts';
import type {AccountStatus, DocumentSpec} from './spec.ts';

/** An account wherever it is: the hosts, the directory and the relays all look at the same one. */
export interface Account {
  readonly name: string;
  readonly did: string;
  readonly handle: string;
  /** The did:key that its document shows. */
  readonly signingKey: string;
  readonly repository: Repository;
  /** Collections that it has or had: relays forget none. */
  everIn: ReadonlySet<string>;
  /** Name of the host where it is. */
  host: string;
  status: AccountStatus;
  /** Hosts that it has moved away from, and that keep it as deactivated. */
  leftAt: readonly string[];
  /** What is wrong with its identity. */
  document: DocumentSpec | null;
}

export function keyOf(seed: string, name: string): Promise<Secp256k1Keypair> {
  return Secp256k1Keypair.import(keyBytesOf(seed, name));
}

/** An account as a host has it, which may be what was left of it there; undefined where the host knows nothing of it. */
export function heldAt(host: string, account: Account | undefined): Account | undefined {
  if (account === undefined || account.host === host) return account;
  return account.leftAt.includes(host) ? {...account, status: 'deactivated'} : undefined;
}

/** All accounts, found by name, DID or handle. */
export class Accounts {
  readonly #byName = new Map<string, Account>();
  readonly #byDid = new Map<string, Account>();
  readonly #byHandle = new Map<string, Account>();
  #version = 0;

  /** Another as soon as an account or a collection has come. */
  get version(): number {
    return this.#version;
  }

  add(account: Account): void {
    if (this.#byName.has(account.name)) throw new Error(`two accounts are called ${account.name}`);
    this.#byName.set(account.name, account);
    this.#byDid.set(account.did, account);
    this.#byHandle.set(account.handle, account);
    this.#version++;
  }

  /** An account has a record of this collection now. */
  note(account: Account, collection: string): void {
    if (account.everIn.has(collection)) return;
    account.everIn = new Set([...account.everIn, collection]);
    this.#version++;
  }

  /** In the order in which they were made. */
  all(): Iterable<Account> {
    return this.#byName.values();
  }

  named(name: string): Account {
    const account = this.#byName.get(name);
    if (account === undefined) throw new Error(`no account is called ${name}`);
    return account;
  }

  withDid(did: string): Account | undefined {
    return this.#byDid.get(did);
  }

  /** By DID or handle, as repositories are asked for. */
  find(identifier: string): Account | undefined {
    return this.#byDid.get(identifier) ?? this.#byHandle.get(identifier);
  }
}
