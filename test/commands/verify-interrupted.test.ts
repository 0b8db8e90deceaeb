import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {runProgram, startProgram, summaryOf} from '../support/program.ts';
import {ends, makeCommandWorld} from './world.ts';

it('a verification that is interrupted is over, and says so', async () => {
  const {cwd, headgate} = makeCommandWorld();
  expect(
    (await headgate('run', 'asset-index', ...ends, '--unattended', '--confirm', 'index.sqlite')).code,
  ).toBe(0);
  // Re-reading 27 objects would take nine minutes.
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify({settings: {rate: 0.05}}));
  const {child, ended} = startProgram(['verify', 'asset-index', ...ends, '--sample', 'all', '--json'], {cwd});
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const wasSaid = said.includes('objects-have-hash');
    said += chunk.toString();
    if (!wasSaid && said.includes('objects-have-hash')) child.kill('SIGINT');
  });
  const verify = await ended;
  expect(summaryOf(verify)).toMatchObject({mode: 'verify', status: 'cancelled'});
  expect(verify.code).toBe(130);
  const {lines} = await runProgram(['status', 'last', '--json'], {cwd});
  expect(lines[0]).toMatchObject({mode: 'verify', status: 'cancelled', reason: 'interrupted'});
});
