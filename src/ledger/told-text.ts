/**
 * A message as every ledger takes it. It may quote what a service or a file said, and Postgres has neither NUL nor half of
 * a surrogate pair in a text.
 */
export function toldText(message: string): string {
  return message.toWellFormed().replaceAll('\0', '\u2400');
}
