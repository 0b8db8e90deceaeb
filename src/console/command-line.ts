import {commandText} from '../core/words.ts';
import type {Manner} from './state.ts';

/**
 * A command as a shell takes it, with the flags that name the ledger and the config of this console. Null in the sandbox:
 * its ledger goes with it, and whoever typed the command would be told of another one.
 */
export function commandLine(
  {isSandbox, flags}: Pick<Manner, 'isSandbox' | 'flags'>,
  words: readonly string[],
): string | null {
  return isSandbox ? null : commandText([...words, ...flags]);
}

/** Why nothing can be done with a run here, and the command that can, with what it does where its name doesn't say. */
export function notOpenHere(manner: Manner, words: readonly string[], does = ''): string {
  const command = commandLine(manner, words);
  return `its source and target are not open here${command === null ? '' : `: ${command}${does}`}`;
}
