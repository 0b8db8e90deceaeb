import {execFile, spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {Client} from 'pg';
import {z} from 'zod';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {type Column, table} from './table.ts';

export interface RecordsRounds {
  /** Repositories with ten thousand records each. */
  readonly large: number;
  /** Repositories with five records each; memory is measured with the few and with the many. */
  readonly few: number;
  readonly many: number;
}

const collection = 'games.headgate.bench.match';
const recordsOf = {large: 10_000, small: 5} as const;
type Size = keyof typeof recordsOf;

const measured = z.object({
  files: z.number(),
  written: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakKib: z.number(),
});
type Measured = z.infer<typeof measured>;

interface Row extends Measured {
  readonly what: string;
  readonly records: number;
  /** The original's way over the same repositories, in the same run. */
  readonly original: Measured | null;
}

/** Where a real Postgres answers, as its superuser: HEADGATE_TEST_POSTGRES. Without one, PGlite alone is measured. */
const postgres = process.env['HEADGATE_TEST_POSTGRES'] ?? null;

/**
 * Every record of a network of four hosts, a process of its own on the same CPUs, into Postgres and into PGlite: from
 * nothing, and once more with nothing new. A row too few or too many fails the bench.
 */
export async function recordsTable(root: string, {large, few, many}: RecordsRounds): Promise<string> {
  const folder = join(root, 'records');
  await mkdir(folder);
  return table(columns, [
    ...(await rowsOf(folder, 'large', large)),
    ...(await rowsOf(folder, 'small', few)),
    ...(await manyRows(folder, many)),
  ]);
}

async function rowsOf(folder: string, size: Size, repositories: number): Promise<readonly Row[]> {
  await using network = await startNetwork(size, repositories);
  const records = repositories * recordsOf[size];
  const rows: Row[] = [];
  const add = (what: string, original: Measured | null, counted: Measured) => {
    rows.push({what: `${size}: ${what}`, records, original, ...counted});
    return counted;
  };
  let original: Measured | null = null;
  if (postgres !== null) {
    await using before = await freshDatabase();
    await ourWay(network, before.url, join(folder, 'unused'), 'migrate');
    original = add("the original's way, into Postgres", null, await originalWay(network, before.url));
    await before.requireRows(records);
    await using target = await freshDatabase();
    const ledger = join(folder, `${size}.ledger`);
    for (const {what, step} of steps) {
      const counted = await ourWay(network, target.url, ledger, step);
      if (counted !== null)
        add(`Postgres: ${what}`, what.startsWith('one pass, ') ? original : null, counted);
    }
    await target.requireRows(records);
  }
  const embedded = `pglite:${join(folder, `${size}-pglite`)}`;
  await ourWay(network, embedded, join(folder, 'unused'), 'migrate');
  const onePass = await ourWay(network, embedded, join(folder, `${size}-pglite.ledger`), 'unrehearsed');
  if (onePass !== null) add('PGlite: one pass', original, onePass);
  return rows;
}

const steps = [
  {what: 'tables', step: 'migrate'},
  {what: 'one pass, as a job makes it', step: 'unrehearsed'},
  {what: 'one pass again, nothing new', step: 'unrehearsed'},
  {what: 'dry run', step: 'dry-run'},
] as const;

/** Many more repositories take more time, and no more memory. */
async function manyRows(folder: string, many: number): Promise<readonly Row[]> {
  if (postgres === null) return [];
  await using network = await startNetwork('small', many);
  await using target = await freshDatabase();
  await ourWay(network, target.url, join(folder, 'unused'), 'migrate');
  const counted = await ourWay(network, target.url, join(folder, 'many.ledger'), 'unrehearsed');
  const records = many * recordsOf.small;
  await target.requireRows(records);
  return counted === null
    ? []
    : [{what: 'small, many more: one pass into Postgres', records, original: null, ...counted}];
}

interface Network extends AsyncDisposable {
  readonly relay: string;
  readonly plc: string;
}

const announced = z.object({relays: z.array(z.string()), plc: z.string()});

async function startNetwork(size: Size, accounts: number): Promise<Network> {
  const hosts = ['north', 'east', 'south', 'west'];
  const spec: NetworkSpec = {
    hosts: Object.fromEntries(hosts.map(host => [host, {}])),
    crowds: [{name: size, accounts, hosts, records: {[collection]: recordsOf[size]}, isUnsigned: true}],
  };
  const child = spawn(process.execPath, [pathOf('../simulators/network-child.ts'), JSON.stringify(spec)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({input: child.stdout}), 'line');
  const {relays, plc} = announced.parse(JSON.parse(String(line)));
  return {
    relay: relays[0] ?? '',
    plc,
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

interface FreshDatabase extends AsyncDisposable {
  readonly url: string;
  requireRows(records: number): Promise<void>;
}

async function freshDatabase(): Promise<FreshDatabase> {
  const name = `headgate_bench_${randomBytes(6).toString('hex')}`;
  const url = new URL(postgres ?? '');
  const admin = url.href;
  await asked(admin, `CREATE DATABASE ${name}`);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    requireRows: async records => {
      const [row] = await asked(url.href, 'SELECT count(*)::int AS rows FROM records');
      if (row?.['rows'] !== records)
        throw new Error(`${String(row?.['rows'])} rows where there are ${records} records`);
    },
    [Symbol.asyncDispose]: async () => {
      await asked(admin, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function asked(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({connectionString: url});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function originalWay({relay, plc}: Network, url: string): Promise<Measured> {
  return measured.parse(JSON.parse(await node('./records-original-way.ts', [relay, plc, collection, url])));
}

async function ourWay(
  {relay, plc}: Network,
  target: string,
  ledger: string,
  step: string,
): Promise<Measured | null> {
  const printed = await node('./records-way.ts', [relay, plc, collection, target, ledger, step]);
  return step === 'migrate' ? null : measured.parse(JSON.parse(printed));
}

async function node(script: string, args: readonly string[]): Promise<string> {
  const {stdout} = await promisify(execFile)(process.execPath, [
    '--max-semi-space-size=8',
    pathOf(script),
    ...args,
  ]);
  return stdout;
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}

const perSecond = (count: number, seconds: number) => Math.round(count / seconds).toLocaleString('en-US');

const columns: readonly Column<Row>[] = [
  {title: 'what', text: ({what}) => what},
  {title: 'repositories', text: ({files}) => files.toLocaleString('en-US')},
  {title: 'rows written', text: ({written}) => written.toLocaleString('en-US')},
  {title: 'seconds', text: ({seconds}) => seconds.toFixed(2)},
  {title: 'records/s', text: ({records, seconds}) => perSecond(records, seconds)},
  {title: 'repositories/s', text: ({files, seconds}) => perSecond(files, seconds)},
  {
    title: '× original',
    text: ({seconds, original}) => (original === null ? '' : (original.seconds / seconds).toFixed(1)),
  },
  {title: 'CPU s', text: ({cpuSeconds}) => cpuSeconds.toFixed(1)},
  {title: 'peak MiB', text: ({peakKib}) => (peakKib / 1_024).toFixed(0)},
];
