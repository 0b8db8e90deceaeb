import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {type Ended, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

/** Long ago: what was written just now may change again within the same moment, and its hash is not kept. */
const writtenAt = Date.UTC(2025, 3, 1) / 1_000;

/** A folder of files, a folder as a provider, and an SQLite file with the table assets: what uploads works on. */
export class UploadsWorld {
  readonly root = tempFolder();
  folder = 'videos';
  readonly provider = 'pixverse';
  readonly index = 'assets.sqlite';

  constructor() {
    for (const folder of [this.folder, this.provider]) mkdirSync(join(this.root, folder), {recursive: true});
  }

  write(key: string, content: string | Buffer, folder: string = this.folder): void {
    const path = join(this.root, folder, key);
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, content);
    utimesSync(path, writtenAt, writtenAt);
  }

  /** So many videos, each with a content of its own. */
  writeVideos(count: number): void {
    for (let number = 0; number < count; number++)
      this.write(`video ${String(number).padStart(3, '0')}.mp4`, `what video ${number} shows`);
  }

  run(...args: readonly string[]): Promise<Ended> {
    return runProgram(args, {cwd: this.root});
  }

  migrate(): Promise<Ended> {
    return this.run('migrate', 'uploads', '--target', this.index);
  }

  /** The flags of uploads on this world; those that are given come last, and so hold. */
  flags(more: readonly string[] = []): readonly string[] {
    return [
      ...['--folder', this.folder, '--provider', this.provider, '--user', '7'],
      ...['--target', this.index],
      ...more,
    ];
  }

  rehearse(...more: readonly string[]): Promise<Ended> {
    return this.run('run', 'uploads', ...this.flags(more), '--json');
  }

  /** Dry run, gates, live run and verification in one breath. */
  unattended(...more: readonly string[]): Promise<Ended> {
    return this.run(
      'run',
      'uploads',
      ...this.flags(more),
      ...['--unattended', '--confirm', this.index, '--json'],
    );
  }

  rows(): readonly Readonly<Record<string, unknown>>[] {
    const database = new DatabaseSync(join(this.root, this.index), {readOnly: true});
    try {
      return database.prepare('SELECT * FROM assets ORDER BY id').all();
    } finally {
      database.close();
    }
  }

  sql(statement: string): void {
    const database = new DatabaseSync(join(this.root, this.index));
    database.exec(statement);
    database.close();
  }

  /** Every file of a provider's folder, temporary ones too. */
  objects(provider: string = this.provider): readonly string[] {
    return readdirSync(join(this.root, provider), {recursive: true, withFileTypes: true})
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(join(this.root, provider).length + 1))
      .sort();
  }
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export function summaryOf({lines}: Ended, mode: string): Readonly<Record<string, unknown>> | undefined {
  return lines.findLast(line => line.type === 'summary' && line['mode'] === mode);
}
