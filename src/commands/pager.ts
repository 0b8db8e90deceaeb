import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {OperatorError} from '../core/operator-error.ts';

/** Shows a text in the operator's pager, which has the terminal until it ends. `command` is a shell's, with its flags. */
export async function runPager(command: string, text: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', command], {stdio: ['pipe', 'inherit', 'inherit']});
  // Who leaves a pager before its end reads no further: the pipe breaks, and nothing is wrong.
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  const [code]: readonly unknown[] = await once(child, 'close');
  if (code === 127 || code === 126)
    throw new OperatorError(
      'usage',
      `the pager could not be started: ${command}`,
      'Set PAGER to one that is there, such as less.',
    );
}
