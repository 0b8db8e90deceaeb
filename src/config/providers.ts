import {stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import {OperatorError} from '../core/operator-error.ts';
import {openProvider} from '../stores/providers/open-provider.ts';
import type {Provider} from '../stores/providers/provider.ts';
import {b2Keys, b2WritingKeysRemedy, withB2Endpoint} from './b2-address.ts';
import {type BucketAddress, formatBucket, isBucket, parseBucket} from './bucket-address.ts';
import {type Credentials, credentialsOf} from './bucket-credentials.ts';
import type {Config} from './config.ts';
import {isTypo, requireNoTypo, requirePath} from './place-names.ts';

export interface ProvidersOptions {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const expectedProvider = 'a folder or a bucket (s3://BUCKET/PREFIX, b2://BUCKET/PREFIX)';

type Flags = Pick<BucketAddress, 'endpoint' | 'region'>;

/**
 * Opens what the operator calls a provider: a name from the config, a bucket (s3://BUCKET/PREFIX, b2://BUCKET/PREFIX) or
 * a folder. What it is called is what rows say of where their bytes are, so it is the same for the same place: a name
 * stays the name, anything else is written in full, and never with a secret.
 */
export class Providers {
  readonly #options: ProvidersOptions;

  constructor(options: ProvidersOptions) {
    this.#options = options;
  }

  /** All that the config has. */
  get names(): readonly string[] {
    return Object.keys(this.#options.config.providers);
  }

  /** What a provider is called in rows and in the ledger, without opening it; a typing error stays what was typed. */
  label(named: string, flags: Flags = {}): string {
    const known = this.#options.config.providers[named];
    if (known === undefined) {
      if (isBucket(named)) return formatBucket(this.#address(named, flags));
      return isTypo(named, this.names) ? named : resolve(named);
    }
    const isChanged = 's3' in known && Object.keys(flags).length > 0;
    return isChanged ? formatBucket({...parseBucket(known.s3, 'provider'), ...known, ...flags}) : named;
  }

  /** Throws an OperatorError for what is neither a name, a bucket nor a folder: a typing error would be taken for a provider. */
  async require(named: string): Promise<void> {
    if (this.#options.config.providers[named] !== undefined || isBucket(named)) return;
    requirePath('provider', named, expectedProvider, this.names);
    requireNoTypo('provider', named, this.names);
    const info = await stat(resolve(named)).catch(() => null);
    if (info?.isDirectory() !== true)
      throw new OperatorError(
        'usage',
        `provider "${named}": there is no such folder`,
        `Name ${expectedProvider}, or a name from the config.`,
      );
  }

  async open(named: string, flags: Flags = {}): Promise<Provider> {
    const {providers} = this.#options.config;
    const known = providers[named];
    if (known !== undefined) return this.#known(named, known, flags);
    if (isBucket(named)) {
      const address = this.#address(named, flags);
      const isB2 = address.scheme === 'b2';
      const keys = isB2 ? b2Keys(address, this.#options.environment, 'provider') : undefined;
      return this.#bucket(address, formatBucket(address), keys);
    }
    requirePath('provider', named, expectedProvider, this.names);
    requireNoTypo('provider', named, this.names);
    const folder = resolve(named);
    return openProvider('folder', {id: folder, label: folder, folder});
  }

  async #known(named: string, known: Config['providers'][string], flags: Flags): Promise<Provider> {
    if ('folder' in known) return openProvider('folder', {id: named, label: named, folder: known.folder});
    const {s3, credentials, ...rest} = known;
    const {environment} = this.#options;
    const what = `provider ${named}`;
    const keys = credentials === undefined ? undefined : credentialsOf(credentials, what, environment);
    if (keys !== undefined && Object.keys(flags).length > 0)
      throw new OperatorError(
        'usage',
        `${what}: --endpoint and --region beside a name whose config has its own credentials`,
        'Change them in the config: a run could not find its provider again.',
      );
    const address = {...parseBucket(s3, 'provider'), ...rest, ...flags};
    return this.#bucket(address, this.label(named, flags), keys);
  }

  #bucket(
    {scheme, ...rest}: BucketAddress,
    label: string,
    credentials: Credentials | undefined,
  ): Promise<Provider> {
    const {environment} = this.#options;
    const known = credentials === undefined ? {} : {credentials};
    const ofB2 = scheme === 'b2' ? ({versions: true, keysRemedy: b2WritingKeysRemedy} as const) : {};
    return openProvider('bucket', {id: label, label, environment, ...rest, ...known, ...ofB2});
  }

  #address(named: string, flags: Flags): BucketAddress {
    return withB2Endpoint({...parseBucket(named, 'provider'), ...flags}, this.#options.environment);
  }
}
