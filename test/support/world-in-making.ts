import type {RealAccount, RecordWrite} from './real-account.ts';
import type {RealNetwork} from './real-network.ts';

/** Those that the hosts serve no more. */
export const gone: ReadonlySet<string> = new Set(['deactivated', 'taken-down', 'deleted']);

/** Accounts of a real network by a name, and every record that they have written and their hosts still serve. */
export class WorldInMaking {
  readonly accounts = new Map<string, RealAccount>();
  readonly expected = new Map<string, string>();
  readonly #network: RealNetwork;

  constructor(network: RealNetwork) {
    this.#network = network;
  }

  async open(name: string, number: number): Promise<void> {
    const {pdses} = this.#network;
    const account = await pdses[number % pdses.length]?.createAccount(`acct-${name}`);
    if (account !== undefined) this.accounts.set(name, account);
  }

  account(name: string): RealAccount {
    const account = this.accounts.get(name);
    if (account === undefined) throw new Error(`the world has no account ${name}`);
    return account;
  }

  async write(name: string, writes: readonly RecordWrite[]): Promise<void> {
    const account = this.account(name);
    const cids = await account.write(writes);
    if (gone.has(name)) return;
    for (const {collection, rkey} of writes) {
      const uri = uriOf(account, collection, rkey);
      const cid = cids.get(uri);
      if (cid === undefined) this.expected.delete(uri);
      else this.expected.set(uri, cid);
    }
  }
}

export function uriOf({did}: RealAccount, collection: string, rkey: string): string {
  return `at://${did}/${collection}/${rkey}`;
}
