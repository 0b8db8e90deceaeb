import {resolve} from 'node:path';
import {OperatorError} from '../core/operator-error.ts';
import {accountFromEnvironment, D1Account} from '../databases/d1-account.ts';
import type {Target} from '../databases/database.ts';
import {isPostgres, postgresAddress} from '../databases/postgres-address.ts';
import {sqliteTarget} from '../databases/sqlite.ts';
import type {Config} from './config.ts';
import {targetForms} from './end-kinds.ts';
import {requireNoTypo, requirePath, secretOf} from './place-names.ts';
import {isOn} from './switched-on.ts';

export interface TargetsOptions {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
}

interface Details {
  readonly name?: string;
  readonly environment?: string;
  readonly marks?: boolean;
}

/**
 * Opens what the operator calls a target: a name from the config, a D1 database (d1:NAME), a Postgres database
 * (postgres://…), a PGlite folder (pglite:DIR), or an SQLite file. All databases of one Cloudflare account share its pace.
 * What a service's client is made of is loaded only for whoever needs it.
 */
export class Targets {
  readonly #options: TargetsOptions;
  readonly #accounts = new Map<string, D1Account>();

  constructor(options: TargetsOptions) {
    this.#options = options;
  }

  /** What a target is called in the ledger, without opening it; never with a password. */
  label(named: string): string {
    const {config, environment} = this.#options;
    if (config.targets[named] !== undefined || named.startsWith('d1:')) return named;
    if (isPostgres(named)) return postgresAddress(named, environment).label;
    const folder = pgliteFolder(named);
    return folder === null ? resolve(named) : `pglite:${resolve(folder)}`;
  }

  async open(named: string): Promise<Target> {
    const target = await this.#open(named);
    return isOn(this.#options.environment['DRY_RUN']) ? onlyRead(target) : target;
  }

  async #open(named: string): Promise<Target> {
    const {targets} = this.#options.config;
    const known = targets[named];
    if (known !== undefined) return this.#known(named, known);
    if (named.startsWith('d1:')) return this.#d1(named.slice('d1:'.length), named, undefined, {});
    if (isPostgres(named)) return this.#postgres(named, undefined, undefined, {});
    const folder = pgliteFolder(named);
    if (folder !== null) return pglite(resolve(folder), {});
    requirePath('target', named, targetForms(), Object.keys(targets));
    requireNoTypo('target', named, Object.keys(targets));
    return {...(await sqliteTarget({path: named})), label: resolve(named)};
  }

  async #known(name: string, known: Config['targets'][string]): Promise<Target> {
    if ('sqlite' in known) {
      const {sqlite, ...rest} = known;
      return {...(await sqliteTarget({path: sqlite, name, ...rest})), label: name};
    }
    if ('pglite' in known) {
      const {pglite: folder, ...rest} = known;
      return {...(await pglite(folder, {name, ...rest})), label: name};
    }
    if ('postgres' in known) {
      const {postgres, password, ...rest} = known;
      const {environment} = this.#options;
      const secret = password === undefined ? undefined : secretOf(password, `target ${name}`, environment);
      return this.#postgres(postgres, name, secret, {name, ...rest});
    }
    const {d1, account, ...rest} = known;
    return this.#d1(d1, name, account, {name, ...rest});
  }

  async #postgres(
    url: string,
    label: string | undefined,
    password: string | undefined,
    details: Details,
  ): Promise<Target> {
    const {postgresTarget} = await import('../databases/postgres.ts');
    return postgresTarget({
      url,
      variables: this.#options.environment,
      ...(label === undefined ? {} : {label}),
      ...(password === undefined ? {} : {password}),
      ...details,
    });
  }

  async #d1(
    database: string,
    label: string,
    accountId: string | undefined,
    details: Details,
  ): Promise<Target> {
    const {environment, now, config} = this.#options;
    const access = accountFromEnvironment(environment, accountId, label);
    const key = `${access.accountId} ${access.baseUrl ?? ''}`;
    const account =
      this.#accounts.get(key) ??
      new D1Account({...access, perSecond: config.settings.d1.requestsPerSecond, now});
    this.#accounts.set(key, account);
    const {d1Target} = await import('../databases/d1.ts');
    return d1Target({account, database, label, ...details});
  }
}

async function pglite(folder: string, details: Details): Promise<Target> {
  const {pgliteTarget} = await import('../databases/pglite.ts');
  return pgliteTarget({folder, ...details});
}

/** The folder in pglite:DIR; null where a target is something else. */
function pgliteFolder(named: string): string | null {
  const [, folder = ''] = /^pglite:(.*)$/s.exec(named) ?? [];
  return folder === '' ? null : folder;
}

/** DRY_RUN=1: whatever is asked for, and by whichever way, the target is not written. */
function onlyRead(target: Target): Target {
  return {
    ...target,
    recover: () => Promise.resolve(),
    openDatabase: () =>
      Promise.reject(
        new OperatorError(
          'gate',
          `DRY_RUN is set, and this would write to ${target.label}`,
          'Take DRY_RUN out of the environment: env -u DRY_RUN headgate …',
        ),
      ),
  };
}
