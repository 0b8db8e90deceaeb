import type {TargetIo} from '../shape.ts';
import type {LocalFile, SyncAnswer} from '../sync.ts';
import type {AssetIndex} from './asset-index.ts';
import {readStates} from './decide.ts';

/** What the uploader decides by: the hash that the index has under the file's key. */
export async function syncFiles(
  files: readonly LocalFile[],
  {target}: TargetIo<AssetIndex>,
): Promise<readonly SyncAnswer[]> {
  const rows = await readStates(
    target,
    files.map(({key}) => key),
  );
  return files.map(({key, hash}) => {
    const row = rows.get(key);
    if (row === undefined) return {action: 'upload', why: 'the index has no such key'};
    if (row.hash === null) return {action: 'upload', why: 'the index has no hash for it'};
    return row.hash === hash
      ? {action: 'skip', why: 'same content'}
      : {action: 'upload', why: `other content: the index has ${String(row.hash)}`};
  });
}
