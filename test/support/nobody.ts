import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const nobody = 65_534;

/** For tests of permissions: runs a script that calls `becomeNobody`, and answers with the JSON that it prints. */
export async function asNobody(script: URL, ...args: readonly string[]): Promise<unknown> {
  const {stdout} = await promisify(execFile)(process.execPath, [fileURLToPath(script), ...args]);
  return JSON.parse(stdout);
}

/** Root may read and write everything, so it becomes somebody who may not; any other user stays who it is. */
export function becomeNobody(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(nobody);
  process.setuid?.(nobody);
}
