import {expect, it} from 'vitest';
import {openTerminal, type RealTerminal} from './terminal.ts';

function openScript(script: string, patience = 10_000): RealTerminal {
  return openTerminal({command: 'bash', args: ['-c', script], cwd: '/', columns: 40, rows: 5, patience});
}

it('fails with what stands on the screen where the wanted never comes', async () => {
  await using terminal = openScript('echo something else; read', 300);
  await terminal.until('something else');
  await expect(terminal.until('a console')).rejects.toThrow(
    'no a console within 300 ms, but this:\n│ something else\n',
  );
});

it('fails at once where the program has ended', async () => {
  await using terminal = openScript('echo last words; exit 3');
  await expect(terminal.until('a console')).rejects.toThrow(
    'the program ended without showing a console, but this:\n│ last words\n',
  );
  expect(await terminal.exit).toEqual({code: 3, signal: 0});
});

it('gives the program nothing of the environment of the tests', async () => {
  await using terminal = openScript('env | grep -cE "^(CI|VITEST|NODE_ENV)"; echo $TERM $LANG');
  await terminal.until('0\nxterm-256color C.UTF-8');
});

it('tells the program its size, and each new one', async () => {
  await using terminal = openScript('trap "stty size; exit" WINCH; stty size; while :; do read -t 1; done');
  await terminal.until('5 40');
  terminal.resize(50, 6);
  await terminal.until('6 50');
  expect(terminal.screen()).toHaveLength(6);
});

it('keeps what has scrolled off the normal screen, and knows the alternate one', async () => {
  await using terminal = openScript('seq 20; printf "\\e[?1049h\\e[?25l"; read; printf "\\e[?1049l\\e[?25h"');
  await terminal.until(({isAlternate}) => isAlternate(), 'the alternate screen');
  expect(terminal.isCursorVisible()).toBe(false);
  terminal.press('enter');
  await terminal.exit;
  expect(terminal.isAlternate()).toBe(false);
  expect(terminal.isCursorVisible()).toBe(true);
  expect(terminal.normalText().split('\n').slice(0, 3)).toEqual(['1', '2', '3']);
});

it('marks pasted text where the program asks for it', async () => {
  await using terminal = openScript('stty raw -echo; printf "\\e[?2004h"; head -c 18 | od -An -c');
  await terminal.until(({marksPastes}) => marksPastes(), 'marked pastes');
  terminal.paste('two\nwords');
  await terminal.until(/033 +\[ +2 +0 +0 +~ +t +w +o +\\r/);
});
