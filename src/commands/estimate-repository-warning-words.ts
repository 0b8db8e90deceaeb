import {counted, number} from '../core/words.ts';
import type {RepositoryWarning} from '../engine/estimate-repository-warnings.ts';
import type {RepositoryWords} from './estimate-repository-words.ts';

/** A warning in words: what is the matter first, what it means below it. */
export function repositoryWarningLines(
  warning: RepositoryWarning,
  words: RepositoryWords,
): readonly string[] {
  const [first = '', ...rest] = warningText(warning, words);
  return [`WARNING: ${first}`, ...rest.map(line => `  ${line}`)];
}

function warningText(
  warning: RepositoryWarning,
  {repositories: nouns, items, nothing}: RepositoryWords,
): readonly string[] {
  const [one, several] = nouns;
  switch (warning.kind) {
    case 'empty':
      return [`nothing was listed: ${nothing}`];
    case 'unread-stream':
      return [
        `${warning.stream} could not be read to its end: ${warning.message}`,
        `What it alone lists is in none of these numbers, and a run that meets the same ends incomplete.`,
      ];
    case 'bounded':
      return [
        `there are more than ${counted(warning.found, ...nouns)}: the others were not counted`,
        'These numbers are of those that came first: in all it is more.',
      ];
    case 'unreachable':
      return [
        `${number(warning.failed)} of ${counted(warning.looked, ...nouns)} of the sample could not be read`,
        warning.message,
        'What they have is in none of these numbers. They may answer another day.',
      ];
    case 'dominated':
      return [
        `one ${one} of the sample has ${number(Math.round(warning.share * 100))} % of its ${items[1]}: ${warning.id}, ${number(warning.items)}`,
        'How many more there are like it decides all sums. A larger --sample makes them better.',
      ];
    case 'few':
      return [
        `only ${counted(warning.looked, one, several)} ${warning.looked === 1 ? 'was' : 'were'} read, which says little of the others`,
        'A larger --sample makes it better.',
      ];
    case 'limited':
      return [
        `${limitedText(warning.hosts)} asked for fewer requests, ${number(warning.answers)} ${warning.answers === 1 ? 'time' : 'times'} while the sample was read`,
        'A run waits as long as they ask, and asks for far more: it takes longer than is said here.',
      ];
    default:
      return warning satisfies never;
  }
}

function limitedText(hosts: readonly string[]): string {
  const [first = '', ...others] = hosts;
  return others.length === 0 ? first : `${first} and ${counted(others.length, 'other')}`;
}
