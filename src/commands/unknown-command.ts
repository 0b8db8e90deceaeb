import type {Command} from 'commander';
import {nearest} from '../core/nearest.ts';
import {OperatorError} from '../core/operator-error.ts';

/** Words that are no command come here, because the group alone is one too: headgate, headgate folders. */
export function requireNoCommand(group: Command): void {
  const [word] = group.args;
  if (word === undefined) return;
  if (word === 'help') commandNamed(group, group.args.slice(1)).help();
  throw unknownCommand(group, word);
}

/** `marks remove`: a command of the program, or one of a group. */
function commandNamed(program: Command, words: readonly string[]): Command {
  return words.reduce((group, word) => {
    const found = group.commands.find(command => command.name() === word);
    if (found === undefined) throw unknownCommand(group, word);
    return found;
  }, program);
}

function unknownCommand(group: Command, word: string): OperatorError {
  const path = pathOf(group);
  const known = group.commands.map(command => command.name());
  const meant = nearest(word, known);
  const suggested = meant === null ? '' : `Did you mean ${['headgate', ...path, meant].join(' ')}? `;
  return new OperatorError(
    'usage',
    `there is no command ${[...path, word].join(' ')}`,
    known.length === 0
      ? 'headgate --help lists the commands.'
      : `${suggested}Known are: ${known.join(', ')}.`,
  );
}

/** What stands before a command of the group, behind the program's name. */
function pathOf(group: Command): readonly string[] {
  return group.parent === null ? [] : [...pathOf(group.parent), group.name()];
}
