import {Fault} from './failure.ts';
import {OperatorError} from './operator-error.ts';
import {remedyFor} from './troubleshooting.ts';

/** What to do about an error, where somebody knows. */
export function hintOf(error: unknown): string | undefined {
  if (error instanceof OperatorError) return error.hint;
  return error instanceof Fault ? remedyFor(error) : undefined;
}
