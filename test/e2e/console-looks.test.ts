import {stripVTControlCharacters} from 'node:util';
import {describe, expect, it} from 'vitest';
import {tableDigest} from '../support/assets.ts';
import {finish, goLive, probe, quit, toReview, toRunbook} from '../support/console-steps.ts';
import {ConsoleWorld, ends} from '../support/console-world.ts';
import {bin, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';
import {openTerminal, type RealTerminal} from '../support/terminal.ts';

/** Parameters of all sequences that set how characters look. */
function styles(terminal: RealTerminal): readonly number[] {
  return terminal
    .raw()
    .split('\x1b[')
    .flatMap(part => /^([\d;]*)m/.exec(part)?.[1]?.split(';') ?? [])
    .map(Number);
}

const isColour = (style: number) => (style >= 30 && style <= 49 && style !== 39) || style >= 90;

describe('colours', () => {
  it.each([
    {how: 'NO_COLOR', flags: [], env: {NO_COLOR: '1'}, has: false},
    {how: '--no-color', flags: ['--no-color'], env: {}, has: false},
    {how: '--theme mono', flags: ['--theme', 'mono'], env: {}, has: false},
    {how: 'nothing said', flags: [], env: {}, has: true},
  ])('$how: colours $has', async ({flags, env, has}) => {
    const world = new ConsoleWorld();
    await world.planned();
    await using terminal = world.console(flags, {env});
    await goLive(terminal);
    await finish(terminal);
    terminal.type('4');
    await terminal.until('100.00 %');
    await quit(terminal);
    expect(styles(terminal).some(isColour)).toBe(has);
  });
});

describe('ASCII', () => {
  it.each([
    {how: '--ascii', flags: ['--ascii'], env: {}},
    {how: 'a locale without UTF-8', flags: [], env: {LANG: 'C'}},
  ])('$how draws nothing else, and says the same', async ({flags, env}) => {
    const world = new ConsoleWorld();
    await using terminal = world.console(flags, {env});
    await toRunbook(terminal);
    await probe(terminal);
    terminal.type('?');
    await terminal.until('Keys of runbook');
    terminal.press('esc');
    await terminal.until('step 2 of 5');
    terminal.press('enter');
    await terminal.until('DRY RUN');
    terminal.type('+'.repeat(24));
    await terminal.until('step 3 of 5');
    await toReview(terminal);
    terminal.type('4');
    await terminal.until('Coverage of');
    await quit(terminal);
    const drawn = terminal.raw().split('\x1b[?1049l')[0] ?? '';
    expect([...new Set(stripVTControlCharacters(drawn))].filter(char => char > '~')).toEqual([]);
  });
});

describe('--read-only', () => {
  it('offers nothing that writes: no key, no help, no palette', async () => {
    const world = new ConsoleWorld();
    await world.planned();
    const before = tableDigest(world.index, 'files');
    await using terminal = world.console(['--read-only'], {rows: 60});
    await toRunbook(terminal);
    await terminal.until('READ-ONLY');
    await toReview(terminal);
    expect(terminal.screen().join('\n')).not.toMatch(/go live …/);
    terminal.type('?');
    await terminal.until('Keys of review');
    // The last key of all that there are here.
    await terminal.until('All keys of this screen');
    expect(terminal.screen().join('\n')).not.toMatch(/go live/i);
    terminal.press('esc');
    await terminal.until('Review of');
    terminal.type(':');
    await terminal.until('Commands');
    terminal.type('live');
    await terminal.until(': live');
    expect(terminal.screen().join('\n')).not.toMatch(/go live/i);
    terminal.press('esc');
    await terminal.until('Review of');
    terminal.press('enter');
    terminal.type('7');
    await terminal.until('History');
    await quit(terminal);
    expect(tableDigest(world.index, 'files')).toBe(before);
    expect((await world.headgate('status')).map(({mode}) => mode)).toEqual(['dry-run']);
  });

  it('does not go on with a live run either', async () => {
    const world = new ConsoleWorld();
    await world.planned();
    await using writer = world.console();
    await goLive(writer);
    writer.type('p');
    await writer.until('enter resume');
    await using terminal = world.console(['--read-only']);
    await toRunbook(terminal);
    await terminal.until('not read-only');
    expect(terminal.screen().join('\n')).not.toMatch(/(enter|c) resume/);
    terminal.type('cats7');
    await terminal.until('History');
    await quit(terminal);
    expect(await world.newest('live')).toMatchObject({status: 'paused'});
  });
});

describe('where no console can be shown', () => {
  const sentence = 'the console needs a terminal, and there is none here';

  it('a dumb terminal gets the sandbox told in lines', async () => {
    const cwd = tempFolder();
    await using terminal = openTerminal({
      command: 'env',
      args: ['TERM=dumb', process.execPath, bin, '--sandbox'],
      cwd,
      env: {TMPDIR: cwd},
      patience: 30_000,
    });
    expect(await terminal.exit).toEqual({code: 0, signal: 0});
    expect(terminal.raw()).not.toContain('\x1b');
    expect(terminal.normalText()).toContain('6 · done');
  });

  it.each([
    {how: 'a dumb terminal', variable: 'TERM=dumb', flags: [], why: 'and TERM is dumb'},
    {
      how: 'a screen reader there',
      variable: 'TERM=dumb',
      flags: ['--screen-reader'],
      why: 'and TERM is dumb',
    },
    {how: 'a build (CI)', variable: 'CI=true', flags: [], why: 'and CI is set'},
  ])('$how is told why, and asked nothing', async ({variable, flags, why}) => {
    await using terminal = openTerminal({
      command: 'env',
      args: [variable, process.execPath, bin, 'console', ...ends, ...flags],
      cwd: tempFolder(),
      patience: 20_000,
    });
    expect(await terminal.exit).toEqual({code: 2, signal: 0});
    expect(terminal.normalText()).toContain(why);
    expect(terminal.raw()).not.toContain('\x1b');
  });

  it('a pipe gets the sentence', async () => {
    const ended = await runProgram(['console', ...ends], {cwd: tempFolder()});
    expect(ended).toMatchObject({code: 2, out: ''});
    expect(ended.err).toContain(sentence);
    expect(ended.err).toContain('headgate run');
  });
});
