import {Fault} from '../core/failure.ts';
import {hintOf, namingEnds} from '../core/hint.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Finding} from '../core/probe.ts';
import type {Setup} from './setup.ts';

export interface Trouble {
  readonly message: string;
  /** What to do about it, where somebody knows. */
  readonly hint: string | null;
}

/** What went wrong and what to do, with the commands named so that they can be typed as they are. */
export function troubleOf(error: unknown, setup: Setup | null = null): Trouble {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof OperatorError || error instanceof Fault) {
    const hint = hintOf(error);
    return {message: withNames(message, setup), hint: hint === undefined ? null : withNames(hint, setup)};
  }
  return {
    message,
    hint: 'This is a mistake in Headgate, and not yours. What was written so far is on record.',
  };
}

export function named(finding: Finding, setup: Setup): Finding {
  return finding.remedy === undefined ? finding : {...finding, remedy: withNames(finding.remedy, setup)};
}

function withNames(text: string, setup: Setup | null): string {
  return setup === null ? text : namingEnds(text, {backfill: setup.backfill.id, target: setup.targetLabel});
}
