import {z} from 'zod';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {D1Account} from './d1-account.ts';
import {D1Database} from './d1-database.ts';
import type {Target} from './database.ts';

export interface D1TargetOptions {
  readonly account: D1Account;
  /** The database's name or its id. */
  readonly database: string;
  readonly label: string;
  /** The config's own name for it, which is what is typed to confirm. */
  readonly name?: string;
  readonly environment?: string;
  readonly marks?: boolean;
}

const listed = z.array(z.object({uuid: z.string(), name: z.string()}));
const namesShown = 10;

/** A D1 database as a target, found by its name or its id. */
export async function d1Target({
  account,
  database,
  label,
  name,
  environment,
  marks,
}: D1TargetOptions): Promise<Target> {
  const found = await find(account, database, label);
  const open = async () => new D1Database(account, found.uuid);
  return {
    dialect: 'sqlite',
    service: 'd1',
    name: name ?? found.name,
    id: `d1:${account.id}/${found.uuid}`,
    label,
    environment: environment ?? null,
    marks: marks ?? true,
    provesAtomicity: true,
    openReader: open,
    recover: () => Promise.resolve(),
    openDatabase: open,
    freeBytes: () => Promise.resolve(null),
    bookmark: () => bookmark(account, found.uuid),
    traffic: () => account.traffic(),
  };
}

async function find(account: D1Account, database: string, label: string) {
  const databases = await list(account, database, label);
  const found = databases.find(({uuid, name}) => name === database || uuid === database);
  if (found !== undefined) return found;
  const others = databases.length > 0 ? databases : await list(account, '', label);
  const names = others.slice(0, namesShown).map(({name}) => name);
  throw new OperatorError(
    'usage',
    `target ${label}: the account has no database "${database}"`,
    names.length === 0
      ? 'The account has none at all, or the token may not see them: is CLOUDFLARE_ACCOUNT_ID the right account?'
      : `It has ${names.join(', ')}${others.length > namesShown ? ' and more' : ''}.`,
  );
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

async function list(account: D1Account, database: string, label: string) {
  try {
    if (uuidForm.test(database))
      return [listed.element.parse(await account.request({method: 'get', path: `d1/database/${database}`}))];
    const query = {per_page: '100', ...(database === '' ? {} : {name: database})};
    return listed.parse(await account.request({method: 'get', path: 'd1/database', query}));
  } catch (error) {
    throw explain(error, label);
  }
}

function explain(error: unknown, label: string): unknown {
  if (!(error instanceof Fault)) return error;
  if (error.kind === 'denied')
    return new OperatorError(
      'auth',
      `target ${label}: Cloudflare refused the token (${error.message})`,
      'CLOUDFLARE_API_TOKEN needs the permission D1: Edit for the account of CLOUDFLARE_ACCOUNT_ID; make one at dash.cloudflare.com/profile/api-tokens.',
    );
  if (error.kind === 'not-found')
    return new OperatorError(
      'usage',
      `target ${label}: there is no such account or database (${error.message})`,
      'Look at CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_BASE_URL, and at the name of the database.',
    );
  return new OperatorError(
    'failed',
    `target ${label}: Cloudflare's API can't be reached (${error.message})`,
    'Look at the network and at www.cloudflarestatus.com, then try again.',
  );
}

/** For Time Travel: https://developers.cloudflare.com/d1/reference/time-travel/ */
async function bookmark(account: D1Account, uuid: string): Promise<string | null> {
  const answer = await account.request({method: 'get', path: `d1/database/${uuid}/time_travel/bookmark`});
  const parsed = z.object({bookmark: z.string()}).safeParse(answer);
  return parsed.success ? parsed.data.bookmark : null;
}
