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

/** What to do about an error, where somebody knows. */
export function hintOf(error: unknown): string | undefined {
  if (error instanceof OperatorError) return error.hint;
  return error instanceof Fault ? remedyFor(error) : undefined;
}
