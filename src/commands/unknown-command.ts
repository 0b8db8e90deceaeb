import type {Command} from 'commander';
import {OperatorError} from '../core/operator-error.ts';

/** Words that are no command come here, because headgate alone is one. */
export function requireNoCommand(program: Command): void {
  const [word] = program.args;
  if (word === undefined) return;
  if (word === 'help') commandNamed(program, program.args.slice(1)).help();
  throw unknownCommand(program, word);
}

/** `marks remove`: a command of the program, or one of a group. */
function commandNamed(program: Command, words: readonly string[]): Command {
  return words.reduce((group, word) => {
    const found = group.commands.find(command => command.name() === word);
    if (found === undefined) throw unknownCommand(group, word);
    return found;
  }, program);
}

function unknownCommand({commands}: Command, word: string): OperatorError {
  const known = commands.map(command => command.name()).join(', ');
  return new OperatorError(
    'usage',
    `there is no command ${word}`,
    known === '' ? 'headgate --help lists the commands.' : `Known are: ${known}.`,
  );
}
