import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {expect} from 'vitest';
import {makeIndex, queryIndex, sha256, writeAssets} from './assets.ts';
import {bin, type JsonLine, runProgram} from './program.ts';
import {tempFolder} from './temp.ts';
import {openTerminal, type RealTerminal, type TerminalOptions} from './terminal.ts';

/** Names as an operator would type them, in the folder that the console is started in. */
export const ends = ['--source', 'assets', '--target', 'index.sqlite', '--ledger', 'ledger.sqlite'] as const;
export const targetName = 'index.sqlite';

/** Two cores that do other things too. */
const patience = 20_000;

type Opening = Partial<Pick<TerminalOptions, 'columns' | 'rows' | 'env'>> & {
  /** Flags of node itself, before the program. */
  readonly node?: readonly string[];
};

/**
 * A folder of an operator's: some hundred files, an index that knows two of them, one of those rightly, and a config that
 * lets a live run take so long that what is done to it meanwhile is done to a live run: `+` ends the waiting.
 */
export class ConsoleWorld {
  readonly cwd = tempFolder();
  readonly index = join(this.cwd, targetName);
  readonly keys: readonly string[];

  constructor({files = 200, settings = {}}: {readonly files?: number; readonly settings?: object} = {}) {
    this.keys = writeAssets(join(this.cwd, 'assets'), files);
    makeIndex(this.index, [
      {key: 'dir0/file-00000.txt', hash: sha256('old')},
      {key: 'empty', hash: sha256(''), size: 0},
    ]);
    const slow = {rate: 20, page: {items: 5}, sample: 10};
    writeFileSync(join(this.cwd, 'headgate.config.json'), JSON.stringify({settings: {...slow, ...settings}}));
  }

  /** The console on both ends. */
  console(flags: readonly string[] = [], opening: Opening = {}): RealTerminal {
    return openProgram(['console', ...ends, ...flags], this.cwd, opening);
  }

  /** A shell with job control, as a user has it, in which `headgate` is the built program; perhaps inside of another. */
  async shell(inside: readonly string[] = []): Promise<RealTerminal> {
    const [command = '', ...args] = [...inside, 'bash', '--norc', '-i'];
    const terminal = openTerminal({
      command,
      args,
      cwd: this.cwd,
      env: {...environmentOf(this.cwd), PS1: 'ready> ', INPUTRC: '/dev/null'},
      patience,
    });
    await terminal.until('ready>');
    terminal.type(`${headgateFunction}; clear\r`);
    await terminal.until(/^ready>\n*$/);
    return terminal;
  }

  async headgate(...args: readonly string[]): Promise<readonly JsonLine[]> {
    const {lines} = await runProgram([...args, '--ledger', 'ledger.sqlite', '--json'], {cwd: this.cwd});
    return lines;
  }

  /** The newest run of a kind, as `headgate status --json` tells it. */
  async newest(mode: 'dry-run' | 'live'): Promise<JsonLine> {
    const found = (await this.headgate('status')).find(line => line['mode'] === mode);
    if (found === undefined) throw new Error(`no ${mode} in the ledger`);
    return found;
  }

  /** Somebody else writes to the index: the run's next transaction has to wait, and so has whoever waits for its rest. */
  held(): Disposable & {release(): void} {
    const db = new DatabaseSync(this.index, {timeout: 5_000});
    db.exec('BEGIN IMMEDIATE');
    const release = () => {
      if (db.isOpen) db.close();
    };
    return {release, [Symbol.dispose]: release};
  }

  /** A plan that waits for its review. */
  async planned(): Promise<void> {
    const free = ['run', 'asset-index', ...ends, '--rate', '100000'];
    const {code, err} = await runProgram(free, {cwd: this.cwd});
    if (code !== 0) throw new Error(err);
  }

  /** Every row as it should be, each written once, and nothing unaccounted for. */
  async expectComplete(): Promise<void> {
    const rows = queryIndex(this.index, 'SELECT key, content_hash FROM files');
    const expected = this.keys.map(key => [key, sha256(key === 'empty' ? '' : `content of ${key}`)] as const);
    expect(new Map(rows.map(row => [row['key'], row['content_hash']]))).toEqual(new Map(expected));
    expect(rows).toHaveLength(this.keys.length);
    const live = await this.newest('live');
    expect(live).toMatchObject({
      status: 'completed',
      listed: this.keys.length,
      inserted: this.keys.length - 2,
      updated: 1,
      unchanged: 1,
      failed: 0,
      pending: 0,
    });
    expectIdentity(live);
  }
}

export function expectIdentity(run: JsonLine): void {
  const parts = ['inserted', 'updated', 'deleted', 'unchanged', 'skipped', 'failed', 'pending'];
  expect(parts.reduce((sum, part) => sum + Number(run[part]), 0)).toBe(run['listed']);
}

/** The sandbox in a folder for temporary files of its own. */
export function openSandbox(tmp: string, flags: readonly string[] = [], opening: Opening = {}): RealTerminal {
  return openProgram(['--sandbox', ...flags], tmp, {...opening, env: {TMPDIR: tmp, ...opening.env}});
}

export function openProgram(
  args: readonly string[],
  cwd: string,
  {node = [], env = {}, ...size}: Opening = {},
): RealTerminal {
  return openTerminal({
    command: process.execPath,
    args: [...node, bin, ...args],
    cwd,
    env: {...environmentOf(cwd), ...env},
    patience,
    ...size,
  });
}

function environmentOf(cwd: string): Readonly<Record<string, string>> {
  return {XDG_STATE_HOME: join(cwd, 'state')};
}

/** So that commands can be run as they are printed. */
export const headgateFunction = `headgate() { '${process.execPath}' '${bin}' "$@"; }`;
