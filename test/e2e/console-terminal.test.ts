import {it} from 'vitest';
import {
  expectLeft,
  faster,
  finish,
  goLive,
  isLive,
  progressOf,
  quit,
  untilWriting,
} from '../support/console-steps.ts';
import {ConsoleWorld, ends} from '../support/console-world.ts';
import type {RealTerminal} from '../support/terminal.ts';

/** The header stands in the first row, and the footer, whose last word is always this, in the last. */
function fills(columns: number, rows: number): (terminal: RealTerminal) => boolean {
  return ({screen}) => {
    const shown = screen();
    return (
      shown.length === rows &&
      shown[0]?.endsWith('LIVE') === true &&
      shown[0].length === columns - 1 &&
      shown.at(-1)?.endsWith('? keys') === true &&
      shown.filter(row => row.endsWith('? keys')).length === 1
    );
  };
}

it('every size is filled while a run is live, and the run goes on', async () => {
  // A run that outlasts seven frames on a machine that has other things to do.
  const world = new ConsoleWorld({settings: {rate: 10}});
  await world.planned();
  await using terminal = world.console();
  await goLive(terminal);
  for (const [columns, rows] of [
    [60, 16],
    [120, 40],
    [61, 17],
    [80, 24],
  ] as const) {
    const {done} = progressOf(terminal);
    terminal.resize(columns, rows);
    await terminal.until(fills(columns, rows), `a frame of ${columns}×${rows}`);
    await untilWriting(terminal, done);
  }
  const {done} = progressOf(terminal);
  terminal.resize(40, 10);
  await terminal.until(/^terminal too small \(needs 60×16\);\s+LIVE\s+\d+ % goes on; ctrl\+c leaves/);
  terminal.resize(80, 24);
  await terminal.until(fills(80, 24), 'the frame of before');
  await untilWriting(terminal, done);
  await finish(terminal);
  await quit(terminal);
  await world.expectComplete();
});

it('Ctrl+Z gives the shell its terminal while a run is live; fg finds the size of then, and goes on', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = await world.shell();
  terminal.type(`headgate console ${ends.join(' ')}\r`);
  await goLive(terminal);
  terminal.press('ctrl+z');
  await terminal.until(/Stopped[^>]*ready>$/m);
  expectLeft(terminal);
  terminal.type('echo still $((40 + 2))\r');
  await terminal.until(/^still 42$/m);
  terminal.resize(100, 30);
  terminal.type('fg\r');
  await terminal.until(fills(100, 30), 'a frame of 100×30');
  await untilWriting(terminal, progressOf(terminal).done);
  terminal.press('ctrl+z');
  await terminal.until(/Stopped[^>]*ready>$/m);
  terminal.type('fg\r');
  await terminal.until(isLive, 'LIVE');
  faster(terminal);
  await terminal.until('all is done');
  terminal.type('q');
  await terminal.until(/live \S+ is completed\n[\s\S]*ready>\n*$/);
  await world.expectComplete();
});
