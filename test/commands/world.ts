import {join} from 'node:path';
import {makeIndex, sha256, writeAssets} from '../support/assets.ts';
import {type Ended, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

export interface CommandWorld {
  readonly cwd: string;
  readonly index: string;
  readonly keys: readonly string[];
  headgate(...args: readonly string[]): Promise<Ended>;
}

export const ends = ['--source', 'assets', '--target', 'index.sqlite'] as const;

/** A folder of the operator's with 27 files, and an index that knows two of them. */
export function makeCommandWorld(): CommandWorld {
  const cwd = tempFolder();
  const keys = writeAssets(join(cwd, 'assets'), 20);
  const index = join(cwd, 'index.sqlite');
  makeIndex(index, [
    {key: 'dir0/file-00000.txt', hash: sha256('old')},
    {key: 'empty', hash: sha256(''), size: 0},
  ]);
  return {cwd, index, keys, headgate: (...args) => runProgram(args, {cwd})};
}
