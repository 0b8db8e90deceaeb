import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {OperatorError} from '../core/operator-error.ts';

/** A pager sets the terminal back before it ends, where it is asked to; one that does not answer is not waited for. */
const graceMs = 1_000;

/**
 * Shows a text in the operator's pager, which has the terminal until it ends, or is ended by `signal`. `command` is a
 * shell's, with its flags. Left out: a pager behind a pipe or in a script of its own, which the signal does not reach.
 */
export async function runPager(command: string, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const child = spawn('/bin/sh', ['-c', inPlace(command)], {stdio: ['pipe', 'inherit', 'inherit']});
  // Who leaves a pager before its end reads no further: the pipe breaks, and nothing is wrong.
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  let grace: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill();
    grace = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  signal.addEventListener('abort', end);
  const [code]: readonly unknown[] = await once(child, 'close').finally(() => {
    signal.removeEventListener('abort', end);
    clearTimeout(grace);
  });
  if (code === 127 || code === 126)
    throw new OperatorError(
      'usage',
      `the pager could not be started: ${command}`,
      'Set PAGER to one that is there, such as less.',
    );
}

/** In the place of the shell, which would else be the one that is ended; env takes LESS=R before a command, exec does not. */
function inPlace(command: string): string {
  return /[|&;(){}\n]/.test(command) ? command : `exec env ${command}`;
}
