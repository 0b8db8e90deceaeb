import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {findBackfill} from '../../src/backfills/registry.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import {type Corpus, makeCorpus} from './corpus.ts';

/** A folder of files, and new indexes for whoever is measured on them. */
export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly files: number;
  /** A target with an empty `files` table, and where a ledger can be. */
  fresh(): Promise<{readonly target: string; readonly ledger: string}>;
}

export async function makeWorld(root: string, corpus: Corpus): Promise<World> {
  const folder = join(root, 'source');
  await makeCorpus(folder, corpus);
  let made = 0;
  return {
    folder,
    files: corpus.files,
    fresh: async () => {
      const target = join(root, `index-${++made}.sqlite`);
      await applyMigrations(findBackfill('asset-index'), await sqliteTarget({path: target}));
      return {target, ledger: join(root, `ledger-${made}.sqlite`)};
    },
    [Symbol.asyncDispose]: () => rm(root, {recursive: true}),
  };
}
