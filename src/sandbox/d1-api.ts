import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {text} from 'node:stream/consumers';
import {z} from 'zod';
import {D1Refusal, type D1Statement, type LocalD1, type RowForm} from './local-d1.ts';
import {splitSql} from './split-sql.ts';

/**
 * Cloudflare's REST API for the local databases: `/user/tokens/verify` and `/accounts/{account}/d1/database`: list, get,
 * query, raw and the Time Travel bookmark, in its envelope and with its errors. It creates, deletes, exports and restores
 * nothing. What was seen of the real API, or documented, is answered so; the rest is a guess, and says so where it is made.
 */
export interface D1Api {
  readonly accountId: string;
  readonly token: string;
  readonly databases: readonly LocalD1[];
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

export function d1Api(api: D1Api): Server {
  const startedAt = new Date().toISOString();
  return createServer((request, response) => {
    answer(api, startedAt, request).then(
      reply => send(response, reply),
      (error: unknown) => send(response, failure(500, 7500, `internal error: ${String(error)}`)),
    );
  });
}

function send(response: ServerResponse, {status, body}: Reply): void {
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));
}

const tokenId = '2'.padStart(32, '0');
const prefix = '/client/v4';
const databasePath =
  /^\/accounts\/(?<account>[^/]+)\/d1\/database(?:\/(?<uuid>[^/]+)(?:\/(?<operation>query|raw|time_travel\/bookmark))?)?$/;

async function answer(api: D1Api, startedAt: string, request: IncomingMessage): Promise<Reply> {
  // Read first: a reply to a request whose body is still on its way breaks the connection.
  const body = await text(request);
  const {pathname, searchParams} = new URL(request.url ?? '/', 'http://localhost');
  const path = pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : '';
  const isVerify = path === '/user/tokens/verify';
  if (request.headers.authorization !== `Bearer ${api.token}`)
    return isVerify ? failure(401, 1000, 'Invalid API Token') : failure(401, 10000, 'Authentication error');
  if (isVerify) return success({id: tokenId, status: 'active'});

  const {account, uuid, operation} = databasePath.exec(path)?.groups ?? {};
  if (account === undefined || !/^[0-9a-f]{32}$/.test(account))
    return failure(404, 7003, `Could not route to ${pathname}, perhaps your object identifier is invalid?`);
  if (account !== api.accountId)
    return failure(403, 7403, 'The given account is not valid or is not authorized to access this service');
  if (request.method !== (operation === 'query' || operation === 'raw' ? 'POST' : 'GET'))
    return failure(405, 7001, `Method ${request.method} not available for that URI.`);
  if (uuid === undefined) return list(api.databases, startedAt, searchParams);

  const database = api.databases.find(found => found.uuid === uuid);
  if (database === undefined) return failure(404, 7404, `The database ${uuid} could not be found`);
  switch (operation) {
    case 'query':
      return run(database, body, 'ARRAY_OF_OBJECTS');
    case 'raw':
      return run(database, body, 'ROWS_AND_COLUMNS');
    case 'time_travel/bookmark':
      return success({bookmark: await database.bookmark()});
    default:
      return success(await describe(database, startedAt));
  }
}

/** Whether `name` is matched in part or in full is not documented: in part is what a client has to be ready for. */
function list(databases: readonly LocalD1[], startedAt: string, query: URLSearchParams): Reply {
  const page = Number(query.get('page') ?? 1);
  const perPage = Number(query.get('per_page') ?? 1_000);
  const found = databases.filter(({name}) => name.includes(query.get('name') ?? ''));
  const shown = found.slice((page - 1) * perPage, page * perPage);
  return success(
    shown.map(({uuid, name}) => ({uuid, name, version: 'production', created_at: startedAt})),
    {page, per_page: perPage, count: shown.length, total_count: found.length},
  );
}

async function describe(database: LocalD1, startedAt: string): Promise<object> {
  const sql = `SELECT count(*) AS tables
               FROM sqlite_schema
               WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'`;
  const [result] = await database.run([{sql, params: []}], 'ARRAY_OF_OBJECTS');
  const [row] = z.array(z.object({tables: z.number()})).parse(result?.results);
  return {
    uuid: database.uuid,
    name: database.name,
    version: 'production',
    created_at: startedAt,
    num_tables: row?.tables,
    file_size: result?.meta.size_after,
    read_replication: {mode: 'disabled'},
  };
}

const statement = z.object({
  sql: z.string(),
  params: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).default([]),
});
const queryBody = z.union([
  z.object({batch: z.array(statement).min(1)}).transform(({batch}) => batch),
  statement.transform(one => [one]),
]);

async function run(database: LocalD1, body: string, rows: RowForm): Promise<Reply> {
  const parsed = queryBody.safeParse(parseJson(body));
  if (!parsed.success)
    return failure(400, 7400, `The request is malformed: ${z.prettifyError(parsed.error)}`);
  const statements: D1Statement[] = [];
  for (const {sql, params} of parsed.data) {
    const split = splitSql(sql);
    if (split.length > 1 && params.length > 0)
      return failure(400, 7400, 'The request is malformed: params with multiple statements is not supported');
    statements.push(...(split.length === 0 ? [sql] : split).map(text => ({sql: text, params})));
  }
  try {
    return success(await database.run(statements, rows));
  } catch (error) {
    if (error instanceof D1Refusal) return failure(400, 7500, error.message);
    throw error;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function success(result: unknown, info?: object): Reply {
  return {
    status: 200,
    body: {
      success: true,
      errors: [],
      messages: [],
      result,
      ...(info === undefined ? {} : {result_info: info}),
    },
  };
}

function failure(status: number, code: number, message: string): Reply {
  return {status, body: {success: false, errors: [{code, message}], messages: [], result: null}};
}
