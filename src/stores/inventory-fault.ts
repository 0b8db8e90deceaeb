/** What is wrong in an inventory file, and on which line. Who knows the file's name, adds it. */
export class InventoryFault extends Error {
  /** From 1. */
  readonly line: number;
  /** What the operator does about it. */
  readonly hint: string;

  constructor(line: number, message: string, hint = 'Mend that line, or have the inventory written anew.') {
    super(message);
    this.name = 'InventoryFault';
    this.line = line;
    this.hint = hint;
  }
}
