import type {RunEvent} from '../core/event.ts';
import type {RunResult} from '../engine/execution.ts';

export interface HeaderFacts {
  readonly target?: string;
  /** The plan that is executed, and that all gates hold. */
  readonly plan?: string;
  readonly gates?: string;
}

/** Where a command's words go: plain lines for people, or one JSON object a line for programs. */
export interface Report {
  /** One object a line, instead of words. */
  readonly isForPrograms: boolean;
  /** From here on standard output is for something else: lines for people go to standard error alone. */
  reserveOut(): void;
  event(event: RunEvent): void;
  /** What the header of the next run says besides what the run itself tells. */
  header(facts: HeaderFacts): void;
  /** A step has ended. */
  summary(result: RunResult): void;
  /** An object for programs, and its lines for people, on standard output. */
  data(object: Readonly<Record<string, unknown>> & {readonly type: string}, lines: readonly string[]): void;
  /** For people only: what stands above the lines of a listing, on standard output. */
  heading(line: string): void;
  /** A remark for people only. */
  note(line: string): void;
  failure(error: unknown): void;
  /** The command that comes next, word by word. */
  next(why: string, words: readonly string[]): void;
}
