import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import {indexedFiles, makeIndex, queryIndex, sha256, writeAsset, writeAssets} from '../support/assets.ts';
import {postgresVariables} from '../support/postgres.ts';
import {type Ended, type JsonLine, runProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

/** Dry runs and live runs of asset-index that are killed, and brought to their end by resuming. */

const counts = [
  'listed',
  'inserted',
  'updated',
  'deleted',
  'unchanged',
  'skipped',
  'failed',
  'pending',
] as const;
/** Small pages and early splits, so that every point is met several times. */
const settings = {page: {items: 9}, partitions: 3, splitAfterSeconds: 0, attempts: 1};

export class CrashWorld {
  readonly #folder = tempFolder();

  /** 120 files, a third of them known to the index, some with a wrong hash; one that can't be read. */
  constructor(ledger?: string) {
    const assets = join(this.#folder, 'assets');
    const keys = writeAssets(assets, 120);
    writeAsset(assets, Buffer.from([0x62, 0x61, 0x64, 0xff]), 'not utf-8');
    makeIndex(
      this.index,
      keys
        .filter((_, number) => number % 3 === 0)
        .map((key, number) => ({key, hash: number % 2 === 0 ? sha256('old') : null})),
    );
    const config = {settings, ...(ledger === undefined ? {} : {ledger})};
    writeFileSync(join(this.#folder, 'headgate.config.json'), JSON.stringify(config));
  }

  get index(): string {
    return join(this.#folder, 'index.sqlite');
  }

  /** The plan of a dry run that nothing disturbed. */
  async rehearse(): Promise<string> {
    const dry = await this.#program(dryRun);
    expect(dry.code).toBe(5);
    return String(summaryOf(dry)['run']);
  }

  live(plan: string): Promise<Ended> {
    return this.#program(liveRun(plan));
  }

  async killDryRun(at: string): Promise<void> {
    expect((await this.#program(dryRun, at)).signal).toBe('SIGKILL');
  }

  async killLive(plan: string, at: string): Promise<void> {
    expect((await this.#program(liveRun(plan), at)).signal).toBe('SIGKILL');
  }

  async status(named: string): Promise<JsonLine> {
    const {lines, err} = await this.#program(['status', named, '--json']);
    const [line] = lines;
    if (line === undefined) throw new Error(err);
    return line;
  }

  /** Resumes until the run has ended: a crash point may be behind its last checkpoint. */
  async bringHome(): Promise<JsonLine> {
    const before = await this.status('last');
    expectIdentities(before);
    if (before['status'] === 'completed' || before['status'] === 'incomplete') return before;
    const resumed = await this.#program(['resume', 'last', '--json']);
    for (const event of resumed.lines.filter(({type}) => type === 'page')) expectIdentities(event);
    return summaryOf(resumed);
  }

  /** Nothing of headgate's own is left behind. */
  expectAtRest(): void {
    expect(queryIndex(this.index, 'SELECT count(*) AS marks FROM headgate_marks')).toMatchObject([
      {marks: 0},
    ]);
    expect(queryIndex(this.index, 'SELECT holder FROM headgate_lease')).toMatchObject([{holder: null}]);
  }

  #program(args: readonly string[], crashAt?: string): Promise<Ended> {
    const env = {...postgresVariables(), ...(crashAt === undefined ? {} : {HEADGATE_CRASH_AT: crashAt})};
    return runProgram(args, {cwd: this.#folder, env});
  }
}

const dryRun = ['run', 'asset-index', '--source', 'assets', '--target', 'index.sqlite', '--json'];
const liveRun = (plan: string) => [
  'live',
  plan,
  '--confirm',
  'index.sqlite',
  '--accept-failures',
  '1',
  '--json',
];

function expectIdentities(summary: JsonLine): void {
  const {listed, ...rest} = Object.fromEntries(counts.map(name => [name, Number(summary[name])]));
  expect(Object.values(rest).reduce((sum, count) => sum + count, 0)).toBe(listed);
  for (const count of Object.values(rest)) expect(count).toBeGreaterThanOrEqual(0);
}

export function countsOf(summary: JsonLine): Record<string, unknown> {
  return Object.fromEntries([...counts, 'rows', 'status'].map(name => [name, summary[name]]));
}

/** What both runs come to that nobody kills. */
export async function undisturbed() {
  const world = new CrashWorld();
  const plan = await world.rehearse();
  const dry = await world.status(plan);
  const ended = await world.live(plan);
  const summary = summaryOf(ended);
  expect(ended.code).toBe(5);
  expect(countsOf(summary)).toMatchObject({listed: 128, failed: 1, pending: 0, status: 'incomplete'});
  return {dry: countsOf(dry), live: countsOf(summary), table: indexedFiles(world.index)};
}
