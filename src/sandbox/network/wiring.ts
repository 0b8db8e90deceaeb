import {Accounts, keyOf} from './account.ts';
import type {Answer, Call, Route} from './answer.ts';
import {accountOf} from './build.ts';
import {crowdAccounts} from './crowd.ts';
import {type DocumentEnds, documentAnswer} from './did-document.ts';
import {refuseParameters} from './parameters.ts';
import {pdsRoute} from './pds.ts';
import {plcRoute} from './plc.ts';
import {type LocalRelay, Relay} from './relay.ts';
import {type Meddle, NetworkServer} from './server.ts';
import type {HostSpec, NetworkSpec, RelaySpec, ServerSpec} from './spec.ts';

const notFound = {status: 404, headers: {'content-type': 'text/plain'}, body: 'Not Found'};

/** Every server of a network and the accounts that they all look at. */
export class Wiring {
  readonly accounts = new Accounts();
  readonly hosts = new Map<string, NetworkServer>();
  readonly relays: (NetworkServer & LocalRelay)[] = [];
  readonly #spec: NetworkSpec;
  readonly #seed: string;
  readonly #meddle: Meddle;
  readonly #now: () => number;
  readonly #all: NetworkServer[] = [];
  readonly #revivals = new Map<string, NodeJS.Timeout>();
  #plc: NetworkServer | null = null;
  #otherKey = '';

  constructor(spec: NetworkSpec, meddle: Meddle, now: () => number) {
    this.#spec = spec;
    this.#seed = spec.seed ?? 'headgate';
    this.#meddle = meddle;
    this.#now = now;
  }

  get plc(): NetworkServer {
    if (this.#plc === null) throw new Error('the network has not started');
    return this.#plc;
  }

  originOf(host: string): string {
    const server = this.hosts.get(host);
    if (server === undefined) throw new Error(`no host is called ${host}`);
    return server.origin;
  }

  async start(): Promise<void> {
    const {hosts, plc = {}, relays = [{}], accounts = [], crowds = []} = this.#spec;
    this.#otherKey = (await keyOf(this.#seed, 'nobody')).did();
    for (const [name, spec] of Object.entries(hosts)) await this.#startHost(name, spec);
    const ends = this.#ends();
    const onLook = (host: string) => this.#look(host);
    this.#plc = await this.#serve(
      'plc',
      plc,
      plcRoute({...ends, accounts: this.accounts, spec: plc, onLook}),
    );
    for (const spec of relays) await this.#startRelay(spec);
    for (const spec of accounts) {
      this.originOf(spec.host);
      const webPort = (port: number | undefined) => this.#startWeb(spec.name, port);
      this.accounts.add(await accountOf(spec, this.#seed, webPort));
    }
    for (const crowd of crowds)
      for await (const account of crowdAccounts(crowd, this.#seed)) this.accounts.add(account);
  }

  async close(): Promise<void> {
    for (const timer of this.#revivals.values()) clearTimeout(timer);
    await Promise.all(this.#all.map(server => server.down()));
  }

  #ends(): DocumentEnds {
    return {originOf: host => this.originOf(host), otherKey: this.#otherKey};
  }

  async #startHost(name: string, spec: HostSpec): Promise<void> {
    const route = pdsRoute(name, this.accounts, {...this.#ends(), spec});
    const refuse = (call: Call) => refuseParameters(call, spec);
    const server = await this.#serve(name, spec, route, refuse);
    this.hosts.set(name, server);
    if (spec.isDown === true || spec.revivesAfterSeconds !== undefined) await server.down();
  }

  async #startRelay(spec: RelaySpec): Promise<void> {
    const relay = new Relay(spec, this.accounts);
    const server = await this.#serve(`relay-${this.relays.length}`, spec, relay.route);
    this.relays.push(
      Object.assign(server, {
        serve: (byCollection: Relay['byCollection']) => {
          relay.byCollection = byCollection;
        },
        fail: (collection: string, isFailing: boolean) => {
          if (isFailing) relay.failsFor.add(collection);
          else relay.failsFor.delete(collection);
        },
      }),
    );
    if (spec.isDown === true) await server.down();
  }

  /** One document, and the port that is part of its DID. */
  async #startWeb(name: string, port: number | undefined): Promise<number> {
    const route: Route = ({method}) => {
      const account = this.accounts.named(name);
      if (method !== '/.well-known/did.json' || account.document === 'unknown') return notFound;
      this.#look(account.host);
      return documentAnswer(account, this.#ends(), 'application/json; charset=utf-8');
    };
    return (await this.#serve(`web:${name}`, port === undefined ? {} : {port}, route)).port;
  }

  async #serve(
    name: string,
    spec: ServerSpec,
    route: Route,
    refuse: (call: Call) => Answer | null = () => null,
  ): Promise<NetworkServer> {
    const [meddle, now] = [this.#meddle, this.#now];
    const server = await NetworkServer.start({name, spec, route, refuse, meddle, now});
    this.#all.push(server);
    return server;
  }

  /** Somebody asked where an account of a host is. */
  #look(host: string): void {
    const seconds = this.#spec.hosts[host]?.revivesAfterSeconds;
    const server = this.hosts.get(host);
    if (seconds === undefined || server === undefined || this.#revivals.has(host)) return;
    const revive = () => void server.up().catch(() => this.#revivals.delete(host));
    this.#revivals.set(host, setTimeout(revive, seconds * 1_000).unref());
  }
}
