import {Fault} from './failure.ts';
import {OperatorError} from './operator-error.ts';
import {shellWord} from './shell-word.ts';
import {remedyFor} from './troubleshooting.ts';

/** What the operator called the two ends. */
export interface NamedEnds {
  readonly backfill?: string;
  readonly target: string;
}

/**
 * A remedy from below leaves open what the operator called things: `headgate migrate BACKFILL --target TARGET`. Named,
 * the command that is shown can be typed as it is.
 */
export function namingEnds(remedy: string, {backfill = 'BACKFILL', target}: NamedEnds): string {
  return remedy
    .replaceAll('headgate migrate BACKFILL', `headgate migrate ${backfill}`)
    .replaceAll('--target TARGET', () => `--target ${shellWord(target)}`);
}

const named = String.raw`(?: --(?:confirm|target) (?:'[^']*'|[^\s'(),;]+))*`;
const onRun = new RegExp(
  String.raw`headgate (?:[a-z-]+ \d{8}-\d{4}-[0-9a-z]{4}|migrate [a-z-]+)\b${named}`,
  'g',
);

/**
 * A remedy from below knows a run, and not in which ledger it lies: `headgate retry RUN`. With the flags of whoever is told,
 * the command that is shown can be typed as it is. A line that has them already stays.
 */
export function withFlags(remedy: string, flags: readonly string[]): string {
  if (flags.length === 0) return remedy;
  const shown = flags.map(shellWord).join(' ');
  return remedy
    .split('\n')
    .map(line => (line.includes(shown) ? line : line.replaceAll(onRun, command => `${command} ${shown}`)))
    .join('\n');
}

/** What to do about an error, where somebody knows. */
export function hintOf(error: unknown): string | undefined {
  if (error instanceof OperatorError) return error.hint;
  return error instanceof Fault ? remedyFor(error) : undefined;
}
