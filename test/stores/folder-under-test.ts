import {mkdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {directoryStore, type LocalStore} from '../../src/stores/directory.ts';
import type {StoreUnderTest} from '../conformance/object-store.ts';
import {tempFolder} from '../support/temp.ts';

export interface FolderUnderTest extends StoreUnderTest {
  readonly folder: string;
  readonly store: LocalStore;
}

export async function folderUnderTest(): Promise<FolderUnderTest> {
  const folder = tempFolder();
  let written = Date.UTC(2025) / 1_000;
  return {
    folder,
    store: await directoryStore(folder),
    put: async (key, content) => {
      const path = join(folder, key);
      mkdirSync(dirname(path), {recursive: true});
      writeFileSync(path, content);
      utimesSync(path, ++written, written);
    },
    remove: async key => rmSync(join(folder, key)),
  };
}
