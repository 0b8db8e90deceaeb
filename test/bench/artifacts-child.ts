import {execFile} from 'node:child_process';
import {copyFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {z} from 'zod';
import {type ArtifactsCorpus, corpusSql, digestSql} from './artifacts-corpus.ts';
import type {ArtifactsBackfill, ArtifactsStep} from './artifacts-step.ts';

const measured = z.object({
  files: z.number(),
  written: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakKib: z.number(),
});
/** What a measured process printed: see report.ts; `files` are items, or statements. */
export type ArtifactsMeasured = z.infer<typeof measured>;

const engineWay = fileURLToPath(new URL('./artifacts-way.ts', import.meta.url));
const bareWay = fileURLToPath(new URL('./artifacts-bare-way.ts', import.meta.url));

/** A database that was made once; whoever is measured gets a copy of it, and a process and so a memory of its own. */
export class ArtifactsWorld {
  readonly #folder: string;
  readonly #cache: string;
  readonly #artifacts: number;
  #copies = 0;

  private constructor(folder: string, cache: string, {artifacts}: ArtifactsCorpus) {
    this.#folder = folder;
    this.#cache = cache;
    this.#artifacts = artifacts;
  }

  static make(folder: string, cache: string, corpus: ArtifactsCorpus): ArtifactsWorld {
    const database = new DatabaseSync(join(folder, 'corpus.sqlite'));
    for (const sql of corpusSql(corpus)) database.exec(sql);
    database.close();
    return new ArtifactsWorld(folder, cache, corpus);
  }

  async copy(): Promise<ArtifactsCopy> {
    const path = join(this.#folder, `copy-${++this.#copies}`);
    const target = `${path}.sqlite`;
    await copyFile(join(this.#folder, 'corpus.sqlite'), target);
    return {
      run: (backfill, step, recording) =>
        this.#child(engineWay, [
          backfill,
          step,
          String(this.#artifacts),
          target,
          `${path}.ledger`,
          ...(recording === undefined ? [] : [recording]),
        ]),
      bare: what => this.#child(bareWay, [target, what]),
      digest: () => digestOf(target),
      recording: name => join(this.#folder, `${name}.jsonl`),
      [Symbol.asyncDispose]: async () => {
        for (const file of [target, `${path}.ledger`]) await rm(file, {force: true});
      },
    };
  }

  async #child(script: string, args: readonly string[]): Promise<ArtifactsMeasured> {
    const {stdout} = await promisify(execFile)(
      process.execPath,
      ['--max-semi-space-size=8', script, ...args],
      {env: {...process.env, NODE_COMPILE_CACHE: this.#cache}},
    );
    return measured.parse(JSON.parse(stdout));
  }
}

export interface ArtifactsCopy extends AsyncDisposable {
  run(backfill: ArtifactsBackfill, step: ArtifactsStep, recording?: string): Promise<ArtifactsMeasured>;
  /** A recording, or `by-hand`. */
  bare(what: string): Promise<ArtifactsMeasured>;
  /** Equal where the same was done. */
  digest(): string;
  recording(name: string): string;
}

function digestOf(path: string): string {
  const database = new DatabaseSync(path, {readOnly: true});
  const row = database.prepare(digestSql).get();
  database.close();
  return JSON.stringify(row);
}
