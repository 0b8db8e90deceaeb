import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {findBackfill} from '../../src/backfills/registry.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import {type Corpus, makeCorpus} from './corpus.ts';

/** Files or objects, and new indexes for whoever is measured on them. */
export interface World extends AsyncDisposable {
  /** A folder, or a bucket as `--source` takes it. */
  readonly source: string;
  readonly files: number;
  /** What whoever reads the source has to find in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** A target with an empty `files` table, and where a ledger can be. */
  fresh(): Promise<{readonly target: string; readonly ledger: string}>;
}

export async function makeWorld(root: string, corpus: Corpus): Promise<World> {
  const folder = join(root, 'source');
  await makeCorpus(folder, corpus);
  return {
    source: folder,
    files: corpus.files,
    environment: {},
    fresh: freshIn(root),
    [Symbol.asyncDispose]: () => rm(root, {recursive: true}),
  };
}

export function freshIn(root: string): World['fresh'] {
  let made = 0;
  return async () => {
    const target = join(root, `index-${++made}.sqlite`);
    await applyMigrations(findBackfill('asset-index'), await sqliteTarget({path: target}));
    return {target, ledger: join(root, `ledger-${made}.sqlite`)};
  };
}
