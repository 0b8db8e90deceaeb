import {expect, it} from 'vitest';
import {nextSteps} from '../../src/runbook/next-steps.ts';
import {planRun} from './flow-facts.ts';

it('a dry run that is offered in the place of one that drifted is of the same scope, and as thorough', () => {
  const stopped = {
    ...planRun(),
    mode: 'live',
    status: 'paused',
    stopReason: {by: 'drift', message: '12 decisions differ'},
    scope: {prefix: 'sub/', user: '7', provider: 'cam'},
  } as const;
  const offered = (settings: unknown) =>
    nextSteps({...stopped, settings})[1]
      ?.words.slice(3)
      .join(' ');
  const ends = `--source ${stopped.sourceLabel} --target ${stopped.targetLabel}`;
  expect(offered({fresh: true})).toBe(`${ends} --prefix sub/ --provider cam --user 7 --fresh`);
  expect(offered({})).toBe(`${ends} --prefix sub/ --provider cam --user 7`);
});
