import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import {sha256, UploadsWorld} from '../commands/uploads-world.ts';
import {queryIndex} from '../support/assets.ts';
import {type Ended, type JsonLine, runProgram, startProgram} from '../support/program.ts';

/** Where the table assets is, beside the SQLite file of the world itself. */
export interface CrashTarget {
  /** As it is named on the command line. */
  readonly address: string;
  /** As it is typed. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  sql(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Where objects go, beside the folder of the world itself. */
export interface CrashProvider {
  readonly config: object;
  readonly env: Readonly<Record<string, string>>;
  /** SHA-256 of each object, by its name; what was begun and not ended as well. */
  objects(): Promise<Readonly<Record<string, string>>>;
  put(name: string, content: Buffer): Promise<void>;
}

interface CrashOptions {
  readonly target?: CrashTarget;
  readonly provider?: CrashProvider;
  readonly settings?: object;
  /** Each command is a process of its own: worlds can go their way side by side. */
  readonly isAlone?: boolean;
}

const counts = ['listed', 'inserted', 'updated', 'deleted', 'unchanged', 'skipped', 'failed', 'pending'];
/** Pages of four, so that every point is met several times. */
const smallPages = {page: {items: 4}, attempts: 2};
const content = (number: number) => `what video ${number} shows`;
const nameOf = (user: string, hash: string) => `u/${user}/${hash.slice(0, 2)}/${hash}.mp4`;

/** Runs of uploads that are killed, and brought to their end by resuming. */
export class UploadsCrashWorld extends UploadsWorld {
  readonly #target: CrashTarget;
  readonly #provider: CrashProvider;
  readonly #isAlone: boolean;

  constructor({target, provider, settings = {}, isAlone = false}: CrashOptions = {}) {
    super();
    this.#isAlone = isAlone;
    this.#target = target ?? this.#file();
    this.#provider = provider ?? this.#folder();
    const config = {settings: {...smallPages, ...settings}, providers: {archive: this.#provider.config}};
    writeFileSync(join(this.root, 'headgate.config.json'), JSON.stringify(config));
  }

  /** 14 files: copies of one content in one page and in another, one that is empty, two that the table knows. */
  async fill(): Promise<void> {
    this.writeVideos(10);
    this.write('video 001 & copy.mp4', content(1));
    this.write('z copy 🎬.mp4', content(2));
    this.write('video 004 empty.mp4', '');
    this.write('nfd e\u0301.mp4', content(11));
    await this.prepare();
    const [there, linked] = [sha256(content(5)), sha256(content(6))];
    await this.#provider.put(nameOf('7', there), Buffer.from(content(5)));
    await this.#target.sql(
      `INSERT INTO assets (user_id, sha256, provider_id, provider_asset_id, provider_uploads) VALUES
         ('7', '${there}', 'archive', '${nameOf('7', there)}', NULL),
         ('7', '${linked}', 'runway', 'r-6', '{"runway":{"id":"r-6","url":"https://example.com/r-6"}}'),
         ('8', '${sha256(content(7))}', 'runway', 'r-7', NULL)`,
    );
  }

  /** The table is made. */
  async prepare(): Promise<void> {
    const made = await this.headgate(['migrate', 'uploads', '--target', this.#target.address]);
    expect(made.code, made.err).toBe(0);
  }

  /** An object of the provider's. */
  put(name: string, bytes: Buffer): Promise<void> {
    return this.#provider.put(name, bytes);
  }

  headgate(args: readonly string[], crashAt?: string): Promise<Ended> {
    const options = {cwd: this.root, env: this.#env(crashAt)};
    return this.#isAlone ? startProgram(args, options).ended : runProgram(args, options);
  }

  start(args: readonly string[]): ReturnType<typeof startProgram> {
    return startProgram(args, {cwd: this.root, env: this.#env()});
  }

  dry(crashAt?: string): Promise<Ended> {
    const ends = ['--folder', this.folder, '--provider', 'archive', '--user', '7'];
    return this.headgate(['run', 'uploads', ...ends, '--target', this.#target.address, '--json'], crashAt);
  }

  /** The id of a dry run that nothing disturbed. */
  async rehearsed(): Promise<string> {
    const ended = await this.dry();
    expect(ended.code, ended.out + ended.err).toBe(0);
    return String(lastSummary(ended)['run']);
  }

  liveArgs(plan: string): readonly string[] {
    return ['live', plan, '--confirm', this.#target.name, '--json'];
  }

  undoArgs(run: string): readonly string[] {
    return ['undo', run, '--confirm', this.#target.name, '--json'];
  }

  /** Resumes unless the run had ended: a crash point may be behind its last checkpoint. */
  async bringHome(): Promise<JsonLine> {
    const before = await this.status();
    expectIdentity(before);
    if (before['status'] === 'completed') return before;
    const resumed = await this.headgate(['resume', 'last', '--json']);
    for (const page of resumed.lines.filter(({type}) => type === 'page')) expectIdentity(page);
    expect(resumed.code, resumed.out + resumed.err).toBe(0);
    return lastSummary(resumed);
  }

  async status(named = 'last'): Promise<JsonLine> {
    const {lines, err} = await this.headgate(['status', named, '--json']);
    const status = lines.find(({type}) => type === 'run');
    if (status === undefined) throw new Error(err);
    return status;
  }

  /** All that a user could compare, and what must be at rest. */
  async outcome() {
    const rows = await this.#target.sql('SELECT * FROM assets');
    return {
      rows: rows.map(comparable).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      objects: await this.#provider.objects(),
      uploads: this.ledger(
        'SELECT user_id, provider, sha256, status, note, name FROM uploads_by_hash ORDER BY user_id, provider, sha256',
      ),
      begun: this.ledger('SELECT * FROM begun_uploads'),
      ...(await this.#headgatesOwn()),
    };
  }

  ledger(sql: string): readonly object[] {
    return queryIndex(join(this.root, 'state/headgate/ledger.sqlite'), sql).map(row => ({...row}));
  }

  async #headgatesOwn() {
    try {
      return {
        marks: await this.#target.sql('SELECT partition FROM headgate_marks'),
        lease: await this.#target.sql('SELECT run, holder FROM headgate_lease'),
      };
    } catch (error) {
      // A dry run has made none.
      if (/no such table|does not exist/.test(String(error))) return {marks: null, lease: null};
      throw error;
    }
  }

  #env(crashAt?: string): Readonly<Record<string, string>> {
    const crash = crashAt === undefined ? {} : {HEADGATE_CRASH_AT: crashAt};
    return {...this.#target.env, ...this.#provider.env, ...crash};
  }

  #file(): CrashTarget {
    return {
      address: this.index,
      name: this.index,
      env: {},
      sql: async statement => {
        if (/^SELECT/.test(statement))
          return queryIndex(join(this.root, this.index), statement).map(row => ({...row}));
        this.sql(statement);
        return [];
      },
    };
  }

  #folder(): CrashProvider {
    const folder = join(this.root, this.provider);
    const objects = () =>
      this.objects().map(name => [name, sha256(readFileSync(join(folder, name)))] as const);
    return {
      config: {folder},
      env: {},
      objects: async () => Object.fromEntries(existsSync(folder) ? objects() : []),
      put: async (name, bytes) => {
        mkdirSync(join(folder, name, '..'), {recursive: true});
        writeFileSync(join(folder, name), bytes);
      },
    };
  }
}

/** Without what differs from run to run by design. */
function comparable({id: _id, created_at: _at, ...row}: Readonly<Record<string, unknown>>) {
  return row;
}

export function countsOf(summary: JsonLine): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...counts, 'rows', 'status'].map(name => [name, summary[name]]));
}

export function lastSummary({lines, out, err}: Ended): JsonLine {
  const summary = lines.findLast(({type, mode}) => type === 'summary' && mode !== 'verify');
  if (summary === undefined) throw new Error(`no summary in:\n${out}\n${err}`);
  return summary;
}

function expectIdentity(summary: JsonLine): void {
  const {listed = 0, ...rest} = Object.fromEntries(counts.map(name => [name, Number(summary[name])]));
  expect(Object.values(rest).reduce((sum, count) => sum + count, 0)).toBe(listed);
  for (const count of Object.values(rest)) expect(count).toBeGreaterThanOrEqual(0);
}
