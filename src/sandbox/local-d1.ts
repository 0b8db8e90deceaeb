import {createHash} from 'node:crypto';
import {z} from 'zod';

/**
 * One local database, reached through the Worker in front of it (worker-source.ts). It runs what workerd's D1 runs, with
 * workerd's own limits and messages; the one documented limit that workerd is lax about is held here.
 */
export interface LocalD1 {
  readonly name: string;
  readonly uuid: string;
  /** All statements or none; throws `D1Refusal`. */
  run(statements: readonly D1Statement[], rows: RowForm): Promise<readonly D1Result[]>;
  /** Another after each change, and the same until the next. It restores nothing: no history is kept. */
  bookmark(): Promise<string>;
}

export interface D1Statement {
  readonly sql: string;
  readonly params: readonly D1Value[];
}

export type D1Value = string | number | boolean | null;
export type RowForm = 'ARRAY_OF_OBJECTS' | 'ROWS_AND_COLUMNS';
export type D1Result = z.infer<typeof d1Result>;

/** The database's own words, such as "no such table: files: SQLITE_ERROR". */
export class D1Refusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'D1Refusal';
  }
}

const d1Result = z.object({
  success: z.literal(true),
  results: z.unknown(),
  meta: z.looseObject({changed_db: z.boolean(), rows_written: z.number(), size_after: z.number()}),
});
const d1Answer = z.union([z.array(d1Result), z.object({success: z.literal(false), error: z.string()})]);

const bookmarkHeader = 'x-cf-d1-session-commit-token';
/** https://developers.cloudflare.com/d1/platform/limits/; workerd itself refuses from 2,200,001 bytes on. */
const longestStringBytes = 2_000_000;

export function localD1(name: string, workerUrl: URL): LocalD1 {
  const uuid = databaseUuid(name);
  let latest: string | null = null;

  const send = async (statements: readonly D1Statement[], rows: RowForm) => {
    const response = await fetch(new URL(`/d1/${uuid}?resultsFormat=${rows}`, workerUrl), {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(
        statements.map(({sql, params}) => ({
          sql,
          params: params.map(value => (typeof value === 'boolean' ? Number(value) : value)),
        })),
      ),
    });
    const answer = d1Answer.parse(await response.json());
    if (!Array.isArray(answer)) throw new D1Refusal(answer.error);
    return {results: answer, bookmark: response.headers.get(bookmarkHeader) ?? ''};
  };

  return {
    name,
    uuid,
    run: async (statements, rows) => {
      if (statements.some(({params}) => params.some(isTooLong)))
        throw new D1Refusal('string or blob too big: SQLITE_TOOBIG');
      const {results, bookmark} = await send(statements, rows);
      // workerd makes a new bookmark for every request; D1 only when something was written.
      if (statements.some(({sql}, index) => hasChanged(sql, results[index])))
        latest = latest === null || bookmark > latest ? bookmark : latest;
      return results;
    },
    bookmark: async () => {
      latest ??= (await send([{sql: 'SELECT 1', params: []}], 'ROWS_AND_COLUMNS')).bookmark;
      return latest;
    },
  };
}

/** The same for the same name: a database that was persisted is found again. */
export function databaseUuid(name: string): string {
  const digits = createHash('sha256').update(name).digest('hex');
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
}

function isTooLong(value: D1Value): boolean {
  return typeof value === 'string' && Buffer.byteLength(value) > longestStringBytes;
}

/** Views and triggers come and go without a row that is counted as written. */
function hasChanged(sql: string, result: D1Result | undefined): boolean {
  if (result === undefined) return false;
  return (
    result.meta.changed_db || result.meta.rows_written > 0 || /^\s*(?:CREATE|DROP|ALTER|REINDEX)\b/i.test(sql)
  );
}
