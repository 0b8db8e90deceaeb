import {expect, it} from 'vitest';
import {runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

it('the walk through the sandbox leads from a broken table to a clean one, and back to the start', {
  timeout: 120_000,
}, async () => {
  const {out, code} = await runProgram(['--sandbox', '--no-tui'], {cwd: tempFolder()});
  expect(code).toBe(0);
  const before = partOf(out, 'the invariants before', '=====');
  const after = partOf(out, 'the invariants after', '=====');
  const back = partOf(out, 'and back, the last run first', null);
  expect(before).toContain('✖ every object has one row at most: 130');
  expect(after).toContain('✔ every object has one row at most\n');
  expect(after).toContain('✔ a unique index keeps every object to one row\n');
  expect(after).toContain('✔ every listed object has a row\n');
  expect(back).toContain('all tables are as at the start');
  const measured = (text: string) => text.match(/^ {2}[✖✔!] .*$/gm);
  expect(measured(back)).toEqual(measured(before));
});

function partOf(out: string, from: string, to: string | null): string {
  const rest = out.slice(out.indexOf(from));
  return to === null ? rest : rest.slice(0, rest.indexOf(to));
}
