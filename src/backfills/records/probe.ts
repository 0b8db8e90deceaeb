import {z} from 'zod';
import type {Network} from '../../atproto/network.ts';
import {Fault} from '../../core/failure.ts';
import type {Finding, Probe} from '../../core/probe.ts';
import {counted, number} from '../../core/words.ts';
import type {Reader} from '../../databases/database.ts';
import {describePostgresTable, type PostgresTable} from '../../databases/postgres-schema.ts';
import type {TargetIo} from '../shape.ts';
import type {RecordsFacts} from './facts.ts';
import type {OfNetwork} from './of-network.ts';
import {inPathOrder} from './uri.ts';

const tables = ['records', 'lexicons', 'backfill_jobs'] as const;

export async function hasRecordTables(target: Reader): Promise<boolean> {
  const found = await Promise.all(tables.map(table => describePostgresTable(target, table)));
  return found.every(table => table !== null);
}

/** Looks at the tables, at which collections are meant, and asks every relay and the directory once. */
export async function probeRecords(io: TargetIo<OfNetwork>): Promise<Probe<RecordsFacts>> {
  const {target, scope, source} = io;
  const [table, lexiconTable] = await Promise.all([
    describePostgresTable(target, 'records'),
    describePostgresTable(target, 'lexicons'),
  ]);
  if (table === null) return {findings: [missingTable], schema: '', facts: noFacts};
  const wrong = differences(table);
  const lexicons = lexiconTable === null ? [] : await readLexicons(target);
  const marked = lexicons.filter(({backfill}) => backfill).map(({id}) => id);
  const collections = inPathOrder(scope.collections.length > 0 ? scope.collections : marked);
  const rows = wrong.length > 0 ? 0 : await countAll(target);
  const findings = [
    ...(source === null ? [] : await atSource(source, collections, io)),
    ...(collections.length === 0 ? [noCollections] : []),
    ...wrong,
    ...(wrong.length > 0 ? [] : [foundText(rows, lexicons.length)]),
    ...(io.options.unstorable === 'replace' && !hasColumn(table, 'altered') ? [noFlag] : []),
  ];
  return {
    findings,
    // A lexicon that is added changes what a run without collections of its own means.
    schema: [table.sql, collections.join(' ')].join('\n'),
    facts: {
      collections,
      lexicons: new Map(lexicons.map(({id, json}) => [id, json])),
      hasAltered: hasColumn(table, 'altered'),
      columns: table.columns.filter(({generated}) => generated !== 'stored').map(({name}) => name),
      rows,
    },
  };
}

const noFacts: RecordsFacts = {collections: [], lexicons: new Map(), hasAltered: false, columns: [], rows: 0};

const missingTable: Finding = {
  level: 'error',
  subject: 'target',
  message: 'there is no table records',
  remedy: 'headgate migrate records --target TARGET makes it.',
};

const noCollections: Finding = {
  level: 'error',
  subject: 'target',
  message: 'no collection is named, and the target has no lexicon that is marked for backfill',
  unasked: 'no lexicon is marked for backfill yet, so a run has to name its collections',
  remedy: 'Name some (--collection NSID), or add a lexicon: headgate lexicon add FILE --target TARGET',
};

const noFlag: Finding = {
  level: 'error',
  subject: 'target',
  message: 'records has no column altered, which says that something of a record was replaced',
  remedy:
    'ALTER TABLE records ADD COLUMN altered BOOLEAN NOT NULL DEFAULT false; or take options.records.unstorable away.',
};

function foundText(rows: number, lexicons: number): Finding {
  const message = `records: ${counted(rows, 'row')}; ${counted(lexicons, 'record lexicon')}`;
  return {level: 'ok', subject: 'target', message};
}

const columns = {
  uri: /^text/,
  did: /^text/,
  collection: /^text/,
  rkey: /^text/,
  record: /^jsonb$/,
  cid: /^text/,
  indexed_at: /^timestamp/,
  created_at: /^timestamp/,
} as const;

function hasColumn({columns: all}: PostgresTable, wanted: string): boolean {
  return all.some(({name}) => name === wanted);
}

function differences(table: PostgresTable): readonly Finding[] {
  const error = (message: string, remedy: string): Finding => ({
    level: 'error',
    subject: 'target',
    message,
    remedy,
  });
  const known = new Map(table.columns.map(column => [column.name, column]));
  return [
    ...Object.entries(columns).flatMap(([name, expected]) => {
      const column = known.get(name);
      if (column === undefined)
        return [
          error(
            `records has no column ${name}`,
            'Add it as migrations/records has it, or name another target.',
          ),
        ];
      return expected.test(column.type)
        ? []
        : [
            error(
              `records.${name} is ${column.type}, and not as migrations/records makes it`,
              'Change its type, or name another target.',
            ),
          ];
    }),
    ...(isUriUnique(table)
      ? []
      : [error('records.uri is not unique', 'ALTER TABLE records ADD PRIMARY KEY (uri);')]),
    ...table.columns
      .filter(column => !(column.name in columns) && column.notNull && column.defaultSql === null)
      .filter(({name}) => name !== 'altered')
      .map(({name}) =>
        error(
          `records has a column ${name} that must be filled, and headgate does not know with what`,
          `Give it a default: ALTER TABLE records ALTER COLUMN ${name} SET DEFAULT …;`,
        ),
      ),
  ];
}

function isUriUnique({uniques}: PostgresTable): boolean {
  return uniques.some(unique => unique.length === 1 && unique[0] === 'uri');
}

const lexiconRow = z
  .object({id: z.string(), json: z.string(), backfill: z.number()})
  .transform(row => ({...row, backfill: row.backfill === 1}));

async function readLexicons(target: Reader) {
  const rows = await target.query('SELECT id, json::text AS json, backfill FROM lexicons ORDER BY id');
  return rows.map(row => lexiconRow.parse(row));
}

async function countAll(target: Reader): Promise<number> {
  const [row] = await target.query('SELECT count(*) AS rows FROM records');
  return z.object({rows: z.number()}).parse(row).rows;
}

/** Every relay is asked for the first collection; a run that names its accounts asks none. */
async function atSource(
  {relays}: Network,
  collections: readonly string[],
  {scope, signal, placed}: Pick<TargetIo<OfNetwork>, 'scope' | 'signal' | 'placed'>,
): Promise<readonly Finding[]> {
  const [collection] = collections;
  if (scope.dids.length > 0) {
    const message = `${counted(scope.dids.length, 'account')} named: no relay is asked`;
    return [{level: 'ok', subject: 'source', message}];
  }
  if (collection === undefined) return [];
  return Promise.all(
    relays.map(async (relay): Promise<Finding> => {
      try {
        const page = await placed(relay.host, () => relay.repositories(collection, null, signal));
        const first = `${number(page.dids.length)} on its first page`;
        if (page.isOfCollection)
          return {
            level: 'ok',
            subject: 'source',
            message: `${relay.host} lists repositories of ${collection}: ${first}`,
          };
        return {
          level: 'warning',
          subject: 'source',
          message: `${relay.host} does not list by collection: every repository that it knows is asked`,
          remedy: 'Name another relay (--relay URL), or the accounts (--did).',
        };
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return {
          level: 'error',
          subject: 'source',
          message: `${relay.host}: ${error.message}`,
          remedy: 'Name another relay (--relay URL), or try again later.',
          ...(error.kind === 'denied' ? {isDenied: true} : {}),
          ...(error.retryAfterMs === undefined ? {} : {retryAfterMs: error.retryAfterMs}),
        };
      }
    }),
  );
}
