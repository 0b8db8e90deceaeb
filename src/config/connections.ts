import {resolve} from 'node:path';
import type {Network} from '../atproto/network.ts';
import type {ProviderSource, UploadSource} from '../backfills/upload-source.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Target} from '../databases/database.ts';
import {directoryStore} from '../stores/directory.ts';
import {formatFolders, parseFolders} from '../stores/folder-names.ts';
import {foldersStore} from '../stores/folders.ts';
import {inventoryStore} from '../stores/inventory.ts';
import type {ObjectStore} from '../stores/object-store.ts';
import {perceptualHash} from '../stores/perceptual-hash.ts';
import type {Provider} from '../stores/providers/provider.ts';
import {b2Keys, b2KeysRemedy, withB2Endpoint} from './b2-address.ts';
import {type BucketAddress, formatBucket, isBucket, parseBucket} from './bucket-address.ts';
import {type Credentials, credentialsOf} from './bucket-credentials.ts';
import type {Config} from './config.ts';
import {sourceKind} from './end-kinds.ts';
import {
  formatNetwork,
  isNetwork,
  type NetworkAddress,
  networkName,
  networkWith,
  parseNetwork,
} from './network-address.ts';
import {requireNoTypo, requirePath} from './place-names.ts';
import {Providers} from './providers.ts';
import {Targets} from './targets.ts';

export interface ConnectionsOptions {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
}

/** Opens what the operator calls a source, a target or a provider. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #targets: Targets;
  readonly #providers: Providers;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#targets = new Targets(options);
    this.#providers = new Providers(options);
  }

  /** A name from the config, a bucket (s3://BUCKET/PREFIX, b2://BUCKET/PREFIX), an inventory (inventory:FILE), a folder, or several of them (folders:DIR:DIR). */
  async source(named: string, flags: Pick<BucketAddress, 'endpoint' | 'region'> = {}): Promise<ObjectStore> {
    const {sources} = this.#options.config;
    const known = sources[named];
    if (known === undefined && isNetwork(named)) throw noObjects(named);
    if (known !== undefined && 'atproto' in known) throw noObjects(named);
    if (known !== undefined && 'folder' in known)
      return {...(await directoryStore(known.folder)), label: named};
    if (known !== undefined && 'folders' in known)
      return {...(await foldersStore(known.folders)), label: named};
    if (known !== undefined && 'inventory' in known)
      return {...(await inventoryStore(known.inventory)), label: named};
    if (known !== undefined) {
      const {s3, credentials, ...rest} = known;
      const keys =
        credentials === undefined
          ? undefined
          : credentialsOf(credentials, `source ${named}`, this.#options.environment);
      const address = {...parseBucket(s3), ...rest, ...flags};
      // A run has to find its source again by this label, so flags beside a name are part of it.
      const isChanged = Object.keys(flags).length > 0;
      if (isChanged && keys !== undefined) throw flagsBesideCredentials(named);
      return this.#bucket(address, isChanged ? formatBucket(address) : named, keys);
    }
    if (isBucket(named)) {
      const address = this.#address(named, flags);
      const {environment} = this.#options;
      const keys = address.scheme === 'b2' ? b2Keys(address, environment) : undefined;
      return this.#bucket(address, formatBucket(address), keys);
    }
    const folders = parseFolders(named);
    if (folders !== null) return {...(await foldersStore(folders)), label: formatFolders(folders)};
    const inventory = inventoryPath(named);
    if (inventory !== null) return inventoryStore(inventory);
    const expected =
      'a folder, a bucket (s3://BUCKET/PREFIX, b2://BUCKET/PREFIX) or an inventory (inventory:FILE)';
    requirePath('source', named, expected, Object.keys(sources));
    requireNoTypo('source', named, Object.keys(sources));
    return {...(await directoryStore(named)), label: resolve(named)};
  }

  /** What a source is called in the ledger, without opening it. */
  sourceLabel(named: string, flags: Pick<BucketAddress, 'endpoint' | 'region'> = {}): string {
    const known = this.#options.config.sources[named];
    const isChanged = Object.keys(flags).length > 0;
    if (known !== undefined)
      return 's3' in known && isChanged
        ? formatBucket({...parseBucket(known.s3), ...known, ...flags})
        : named;
    if (isNetwork(named)) return formatNetwork(parseNetwork(named));
    const folders = parseFolders(named);
    if (folders !== null) return formatFolders(folders);
    const inventory = inventoryPath(named);
    if (inventory !== null) return `inventory:${resolve(inventory)}`;
    return isBucket(named) ? formatBucket(this.#address(named, flags)) : resolve(named);
  }

  /** A name from the config, or the AT Protocol network with its address: atproto, atproto:RELAY?plc=URL. */
  async network(named: string): Promise<Network> {
    const known = this.#options.config.sources[named];
    if (known !== undefined && 'atproto' in known) return openNetwork(networkWith(known.atproto), named);
    if (known === undefined && isNetwork(named)) return openNetwork(parseNetwork(named));
    throw new OperatorError(
      'usage',
      `source ${named}: this is not the AT Protocol network`,
      'Leave --source out, or name another network: --relay URL, --plc URL.',
    );
  }

  /** Whatever is read under this name. */
  anySource(
    named: string,
    flags: Pick<BucketAddress, 'endpoint' | 'region'> = {},
  ): Promise<ObjectStore | Network> {
    const isOfNetwork = sourceKind(this.#options.config, named) === 'network';
    return isOfNetwork ? this.network(named) : this.source(named, flags);
  }

  /** How a network is named whose address is told by flags, on top of what is named. */
  networkNamed(named: string | undefined, {relays, plc, allowPrivateHosts}: Partial<NetworkAddress>): string {
    if (relays === undefined && plc === undefined && allowPrivateHosts === undefined)
      return named ?? networkName;
    const known = named === undefined ? undefined : this.#options.config.sources[named];
    const base =
      known === undefined ? parseNetwork(named ?? networkName) : 'atproto' in known ? known.atproto : {};
    const changes = {
      ...(relays === undefined ? {} : {relays}),
      ...(plc === undefined ? {} : {plc}),
      ...(allowPrivateHosts === undefined ? {} : {allowPrivateHosts}),
    };
    return formatNetwork(networkWith({...base, ...changes}));
  }

  /** What a source narrows its runs to by itself, without opening it. */
  sourcePrefix(named: string): string {
    const known = this.#options.config.sources[named];
    const bucket = known === undefined ? named : 's3' in known ? known.s3 : '';
    return isBucket(bucket) ? parseBucket(bucket).prefix : '';
  }

  /** What a target is called in the ledger, without opening it; never with a password. */
  targetLabel(named: string): string {
    return this.#targets.label(named);
  }

  /** A name from the config or a place, as in targets.ts. */
  target(named: string): Promise<Target> {
    return this.#targets.open(named);
  }

  /** A name from the config or a place, as in providers.ts. */
  provider(named: string, flags: Pick<BucketAddress, 'endpoint' | 'region'> = {}): Promise<Provider> {
    return this.#providers.open(named, flags);
  }

  /** Folders whose files are uploaded, and whatever provider they go to: each is opened once. */
  async uploads(
    named: string,
    flags: Pick<BucketAddress, 'endpoint' | 'region'> = {},
  ): Promise<UploadSource> {
    const opened = new Map<string, Promise<Provider>>();
    const open = (name: string) => {
      const opening = this.provider(name, flags);
      opened.set(name, opening);
      // What can't be opened now may be there the next time.
      opening.catch(() => opened.delete(name));
      return opening;
    };
    return {
      ...(await this.source(named)),
      provider: name => opened.get(name) ?? open(name),
      looks: perceptualHash,
    };
  }

  /** The objects of a provider, as a source. */
  async objects(
    named: string,
    flags: Pick<BucketAddress, 'endpoint' | 'region'> = {},
  ): Promise<ProviderSource> {
    const provider = await this.provider(named, flags);
    return {id: `provider:${provider.store.id}`, label: provider.label, service: provider.service, provider};
  }

  /** What a provider is called in rows and in the ledger, without opening it. */
  providerLabel(named: string, flags: Pick<BucketAddress, 'endpoint' | 'region'> = {}): string {
    return this.#providers.label(named, flags);
  }

  /** Throws an OperatorError for what is no provider, without opening it. */
  requireProvider(named: string): Promise<void> {
    return this.#providers.require(named);
  }

  /** Names of all that the config has. */
  providers(): readonly string[] {
    return this.#providers.names;
  }

  #address(named: string, flags: Partial<BucketAddress>): BucketAddress {
    return withB2Endpoint({...parseBucket(named), ...flags}, this.#options.environment);
  }

  /** The SDK takes a while to load: only who reads a bucket waits for it. */
  async #bucket(
    {scheme, bucket, ...rest}: BucketAddress,
    label: string,
    credentials?: Credentials,
  ): Promise<ObjectStore> {
    const {environment} = this.#options;
    const {s3Store} = await import('../stores/s3.ts');
    const known = credentials === undefined ? {} : {credentials};
    const ofB2 = scheme === 'b2' ? ({versions: true, keysRemedy: b2KeysRemedy} as const) : {};
    return s3Store({bucket, label, environment, ...rest, ...known, ...ofB2});
  }
}

/** Its packages take a while to load. */
async function openNetwork(address: NetworkAddress, label = formatNetwork(address)): Promise<Network> {
  const network = await import('../atproto/open-network.ts');
  return network.openNetwork({...address, label});
}

function noObjects(named: string): OperatorError {
  return new OperatorError(
    'usage',
    `source ${named}: this is the AT Protocol network, which has no objects`,
    'Name a folder, a bucket (s3://BUCKET/PREFIX) or an inventory (inventory:FILE).',
  );
}

/** The file in inventory:FILE; null where a source is something else. */
function inventoryPath(named: string): string | null {
  const [, path = ''] = /^inventory:(.*)$/s.exec(named) ?? [];
  return path === '' ? null : path;
}

function flagsBesideCredentials(named: string): OperatorError {
  return new OperatorError(
    'usage',
    `source ${named}: --endpoint and --region beside a name whose config has its own credentials`,
    'Change them in the config: a run could not find its source again.',
  );
}
