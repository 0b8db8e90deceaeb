import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {expect} from 'vitest';
import {pgliteTarget} from '../../src/databases/pglite.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {splitSql} from '../../src/sandbox/split-sql.ts';
import {crowdOf, like, note, numbered} from '../backfills/records/worlds.ts';
import type {NetworkSimulator} from '../simulators/network-simulator.ts';
import {asAdmin} from '../support/postgres.ts';
import {type Ended, runProgram} from '../support/program.ts';
import {literal} from '../support/target-host.ts';
import {tempFolder} from '../support/temp.ts';

/** Repositories of one page and of many, some that can't be read, and six at a host that is down. */
export const crashSpec: NetworkSpec = {
  hosts: {one: {pageMost: 5}, two: {}, dead: {isDown: true}},
  relays: [{pageMost: 8}, {pageMost: 100, omits: ['crowd-2'], twice: ['alice']}],
  accounts: [
    {name: 'alice', host: 'one', records: {[note]: numbered(23), [like]: numbered(7, like)}},
    {name: 'bob', host: 'two', records: {[note]: numbered(11)}},
    {name: 'off', host: 'two', status: 'deactivated', records: {[note]: numbered(2)}},
    ...[1, 2, 3, 4, 5, 6].map(number => ({
      name: `lost-${number}`,
      host: 'dead',
      records: {[note]: numbered(1)},
    })),
  ],
  crowds: [crowdOf(9, 'one', 'two')],
};
export const crashCollections = [note, like];
/** Those at the host that is down, and one that is deactivated. */
export const crashFailures = 7;

/** Pages of few, saved and written by themselves, so that every point is met several times. */
const config = {
  settings: {
    page: {items: 4},
    attempts: 1,
    patienceSeconds: 0,
    hosts: {atOnce: 3, repositories: 2},
  },
};

const migrations = new URL('../../migrations/records/', import.meta.url);

/** The tables as they are before a run: some rows are there, and a few of them are out of date; every write is noted. */
function schemaOf(network: NetworkSimulator): string {
  const files = readdirSync(migrations).toSorted();
  const known = [...network.records()].filter(({rkey}) => Number(rkey.at(-1)) % 4 === 1);
  const rows = known.map(({uri, did, collection, rkey, cid, value}, number) =>
    [
      ...[uri, did, collection, rkey, JSON.stringify(value)],
      number % 2 === 0 ? cid : 'bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a',
    ]
      .map(literal)
      .join(', '),
  );
  return [
    'DROP SCHEMA public CASCADE; CREATE SCHEMA public',
    ...files.map(file => readFileSync(new URL(file, migrations), 'utf8')),
    ...rows.map(row => `INSERT INTO records (uri, did, collection, rkey, record, cid) VALUES (${row})`),
    'CREATE TABLE written (uri TEXT)',
    `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
     AS 'BEGIN INSERT INTO written VALUES (new.uri); RETURN NULL; END'`,
    'CREATE TRIGGER note AFTER INSERT OR UPDATE ON records FOR EACH ROW EXECUTE FUNCTION note()',
  ].join(';\n');
}

/** A database, and how the program is told of it. */
export interface CrashPlace {
  readonly flag: string;
  /** As it is typed to confirm. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  sql(statements: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** One that all worlds have one after the other. */
export function crashPostgres(url: string): CrashPlace {
  const target = new URL(url);
  target.password = '';
  return {
    flag: target.href,
    name: target.pathname.slice(1),
    env: {PGPASSWORD: decodeURIComponent(new URL(url).password)},
    sql: statements => asAdmin(statements, url),
  };
}

/** A PGlite of the world's own; looked into only while the program is not at work. */
export function crashPglite(folder: string): CrashPlace {
  return {
    flag: `pglite:${folder}`,
    name: basename(folder),
    env: {},
    sql: async statements => {
      const database = await (await pgliteTarget({folder})).openDatabase();
      try {
        const all = splitSql(statements).map(sql => ({sql, params: []}));
        return (await database.transaction(all)).at(-1) ?? [];
      } finally {
        await database.close();
      }
    },
  };
}

/** A folder, a ledger and a database as they are before a run. */
export class CrashWorld {
  readonly cwd: string;
  readonly place: CrashPlace;
  readonly #network: NetworkSimulator;

  private constructor(cwd: string, place: CrashPlace, network: NetworkSimulator) {
    this.cwd = cwd;
    this.place = place;
    this.#network = network;
  }

  static async make(place: CrashPlace, network: NetworkSimulator): Promise<CrashWorld> {
    const cwd = tempFolder();
    await place.sql(schemaOf(network));
    writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify(config));
    return new CrashWorld(cwd, place, network);
  }

  headgate(args: readonly string[], crashAt?: string): Promise<Ended> {
    return runProgram([...args, '--ledger', 'ledger.sqlite', '--json'], {
      cwd: this.cwd,
      env: {...this.place.env, ...(crashAt === undefined ? {} : {HEADGATE_CRASH_AT: crashAt})},
    });
  }

  /** Source and target as flags. */
  get ends(): readonly string[] {
    const {plc, relays} = this.#network;
    return [
      ...['--target', this.place.flag, '--plc', plc, '--allow-private-hosts'],
      ...relays.flatMap(relay => ['--relay', relay]),
    ];
  }

  /** Resumes until the run has ended: a crash point may be behind its last checkpoint. */
  async bringHome(): Promise<void> {
    const {id, status} = await this.#latest();
    if (status === 'completed' || status === 'incomplete') return;
    const resumed = await this.headgate(['resume', id]);
    expect(resumed.code, `${resumed.out}\n${resumed.err}`).toBe(5);
  }

  /** All that a run has left, in ledger and database, but for times. */
  async outcome() {
    const run = await this.#latest();
    const ledger = await Ledger.open(join(this.cwd, 'ledger.sqlite'));
    try {
      const {hosts, groups} = await ledger.repositories.reached(run.id, address => new URL(address).host);
      const failures = await ledger.openItems.partitionFailures(run.id);
      return {
        status: run.status,
        tally: run.tally,
        partitions: run.partitions,
        hosts: hosts.map(({ms: _, ...host}) => host),
        groups,
        failures: failures.map(({partition, kind}) => `${partition} ${kind}`).toSorted(),
        intents: (await ledger.pages.intents(run.id)).length,
      };
    } finally {
      await ledger.close();
    }
  }

  /** The table, with its times left out. */
  async table() {
    return this.place.sql('SELECT uri, did, collection, rkey, cid, record::text FROM records ORDER BY uri');
  }

  async #latest(): Promise<RunRecord> {
    const ledger = await Ledger.open(join(this.cwd, 'ledger.sqlite'));
    try {
      const run = (await ledger.runs.list(10)).find(({mode}) => mode !== 'verify');
      if (run === undefined) throw new Error('the ledger has no run');
      return run;
    } finally {
      await ledger.close();
    }
  }
}
