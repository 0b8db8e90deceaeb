/**
 * Errors that the operator can mend: one sentence that names the input and what was expected, and one that says
 * what to do. `code` is the name of the exit code (exit-code.ts).
 */
export type OperatorErrorCode = 'auth' | 'usage' | 'gate' | 'failed';

export class OperatorError extends Error {
  readonly code: OperatorErrorCode;
  readonly hint: string | undefined;

  constructor(code: OperatorErrorCode, message: string, hint?: string) {
    super(message);
    this.name = 'OperatorError';
    this.code = code;
    this.hint = hint;
  }
}
