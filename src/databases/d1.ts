import {z} from 'zod';
import {type FailureKind, Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {D1Account} from './d1-account.ts';
import {D1Database} from './d1-database.ts';
import type {Asking, Reader, Target} from './database.ts';

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

const described = z.object({uuid: z.string(), name: z.string()});
type Described = z.infer<typeof described>;

const namesShown = 10;
/** What the API gives where nothing is said; it allows 10,000. */
const perPage = 1_000;
/** A name is looked up once more where the connection or Cloudflare failed: nothing has begun yet. */
const attempts = 3;
const longestWaitMs = 30_000;
/** What has timed out has taken its time already. */
const passing: ReadonlySet<FailureKind> = new Set(['connection', 'server-error', 'rate-limited']);

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
  // A dry run is handed what can't write, and not only what has no type for it.
  const openReader = async (): Promise<Reader> => {
    const database = await open();
    const {dialect} = database;
    return {dialect, query: database.query.bind(database), close: database.close.bind(database)};
  };
  return {
    dialect: 'sqlite',
    service: 'd1',
    name: name ?? found.name,
    id: `d1:${account.id}/${found.uuid}`,
    label,
    environment: environment ?? null,
    marks: marks ?? true,
    provesAtomicity: true,
    openReader,
    recover: () => Promise.resolve(),
    openDatabase: open,
    freeBytes: () => Promise.resolve(null),
    bookmark: (asking: Asking = {}) => bookmark(account, found.uuid, asking),
    traffic: () => account.traffic(),
  };
}

async function find(account: D1Account, database: string, label: string): Promise<Described> {
  try {
    const found = uuidForm.test(database)
      ? await ask(account, described, `d1/database/${database.toLowerCase()}`)
      : await named(account, database);
    if (found !== null) return found;
    throw unknown(database, label, await page(account, {}));
  } catch (error) {
    throw explain(error, label);
  }
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The API searches by `name`, and does not say whether it has to match in full: all that it finds are looked through. */
async function named(account: D1Account, name: string): Promise<Described | null> {
  for (let number = 1; name !== ''; number++) {
    const databases = await page(account, {name, page: String(number)});
    const found = databases.find(each => each.name === name);
    if (found !== undefined) return found;
    if (databases.length < perPage) break;
  }
  return null;
}

function page(account: D1Account, query: Readonly<Record<string, string>>): Promise<readonly Described[]> {
  return ask(account, z.array(described), 'd1/database', {...query, per_page: String(perPage)});
}

async function ask<T>(
  account: D1Account,
  form: z.ZodType<T>,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const parsed = form.safeParse(await account.request({method: 'get', path, query}));
      if (parsed.success) return parsed.data;
      throw new Fault('invalid', 'D1: the answer is not of the form that the API documents');
    } catch (error) {
      // The next request waits as long as the answer asked for: a longer wait is told instead.
      const isPassing =
        error instanceof Fault && passing.has(error.kind) && (error.retryAfterMs ?? 0) <= longestWaitMs;
      if (!isPassing || attempt === attempts) throw error;
    }
  }
}

function unknown(database: string, label: string, others: readonly Described[]): OperatorError {
  const names = others.slice(0, namesShown).map(({name}) => name);
  return new OperatorError(
    'usage',
    `target ${label}: the account has no database "${database}"`,
    names.length === 0
      ? 'The account has none at all, or the token may not see them: is CLOUDFLARE_ACCOUNT_ID the right account?'
      : `It has ${names.join(', ')}${others.length > namesShown ? ' and more' : ''}.`,
  );
}

function explain(error: unknown, label: string): unknown {
  if (!(error instanceof Fault)) return error;
  switch (error.kind) {
    case 'denied':
      return new OperatorError(
        'auth',
        `target ${label}: Cloudflare refused the token (${error.message})`,
        'CLOUDFLARE_API_TOKEN needs the permission D1: Edit for the account of CLOUDFLARE_ACCOUNT_ID; make one at dash.cloudflare.com/profile/api-tokens.',
      );
    case 'not-found':
      return new OperatorError(
        'usage',
        `target ${label}: there is no such account or database (${error.message})`,
        'Look at CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_BASE_URL, and at the name of the database.',
      );
    case 'rate-limited':
      return new OperatorError(
        'failed',
        `target ${label}: Cloudflare takes no more requests for now (${error.message})`,
        'Wait for five minutes: a user may make 1,200 requests in that time, all programs and the dashboard together.',
      );
    default:
      return new OperatorError(
        'failed',
        `target ${label}: Cloudflare's API can't be reached (${error.message})`,
        'Look at CLOUDFLARE_BASE_URL where it is set, at the network and at www.cloudflarestatus.com, then try again.',
      );
  }
}

/** For Time Travel: https://developers.cloudflare.com/d1/reference/time-travel/ */
async function bookmark(account: D1Account, uuid: string, asking: Asking): Promise<string | null> {
  const path = `d1/database/${uuid}/time_travel/bookmark`;
  const answer = await account.request({method: 'get', path, ...asking});
  const parsed = z.object({bookmark: z.string()}).safeParse(answer);
  return parsed.success ? parsed.data.bookmark : null;
}
