import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, it} from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Vitest loads modules in its own way; here it is Node's that counts. */
async function inNode(program: string): Promise<string> {
  const args = ['--input-type=module', '--eval', program];
  const {stdout} = await promisify(execFile)(process.execPath, args, {cwd: root});
  return stdout.trimEnd();
}

it('ink-table is loaded by plain Node, and draws with the ink of the program', async () => {
  const drawn = await inNode(`
    import {createElement as h} from 'react';
    import {renderToString, Text} from 'ink';
    import {InkTable} from './components/ink-table.ts';
    const Piece = ({children}) => h(Text, null, children);
    const table = h(InkTable, {data: [{a: '1'}], columns: ['a'], header: Piece, cell: Piece, skeleton: Piece});
    console.log(renderToString(table));
  `);
  expect(drawn.split('\n')).toEqual(['┌───┐', '│ a │', '├───┤', '│ 1 │', '└───┘']);
});

it('without the bridge Node refuses it: once it does not, the bridge can go', async () => {
  const thrown = await inNode(`
    import {createRequire} from 'node:module';
    try {
      createRequire(import.meta.url)('ink-table');
      console.log('loaded');
    } catch (error) {
      console.log(error.code);
    }
  `);
  expect(thrown).toBe('ERR_REQUIRE_ASYNC_MODULE');
});
