import {expect, it} from 'vitest';
import {runProgram, startProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

it('walks the runbook over a real R2 and D1, to a completed index', {timeout: 180_000}, async () => {
  const ended = await runProgram(['--sandbox=r2-d1', '--json'], {cwd: tempFolder()});
  expect(ended.lines.filter(({type}) => type === 'step').map(({title}) => title)).toEqual([
    'probe',
    'dry run',
    'review',
    'live, then verify',
    'retry',
    'done',
  ]);
  expect(summaryOf(ended)).toMatchObject({
    mode: 'live',
    status: 'completed',
    listed: 2_237,
    inserted: 881,
    updated: 1_290,
    unchanged: 66,
    failed: 0,
    pending: 0,
  });
  expect(ended.code).toBe(0);
});

it('says what is missing where miniflare is not installed', async () => {
  const hook = `import {registerHooks} from 'node:module';
    registerHooks({resolve: (name, context, next) => {
      if (name === 'miniflare') throw new Error("Cannot find package 'miniflare'");
      return next(name, context);
    }});`;
  const env = {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`};
  const {err, code} = await startProgram(['--sandbox=r2-d1'], {cwd: tempFolder(), env}).ended;
  expect(err).toContain('the local D1 and R2 need the package miniflare');
  expect(err).toContain('npm install miniflare');
  expect(code).toBe(2);
});

it('there is no other sandbox than those two', async () => {
  const {err, code} = await runProgram(['--sandbox=moon'], {cwd: tempFolder()});
  expect(err).toContain('There are folder and r2-d1.');
  expect(code).toBe(2);
});
