import {OperatorError} from '../core/operator-error.ts';
import {shellWord} from '../core/shell-word.ts';

/** Where a ledger in Postgres lives: a schema of its own in the database that is named, whatever else is in it. */
export const ledgerSchema = 'headgate';

/** What a ledger in Postgres is copied, put back and made smaller with: Postgres has programs of its own for that. */
export interface Upkeep {
  /** Into a file, while runs go on. */
  readonly copy: (file: string) => string;
  /** From that file, while none does. */
  readonly restore: (file: string) => string;
  /** While none does. */
  readonly shrink: string;
}

/** Of an address without a password: the programs find that where headgate does. */
export function upkeepOf(address: string): Upkeep {
  const place = shellWord(address);
  return {
    copy: file => `pg_dump --format=custom --schema=${ledgerSchema} --file=${shellWord(file)} ${place}`,
    restore: file =>
      `pg_restore --clean --if-exists --single-transaction --dbname=${place} ${shellWord(file)}`,
    shrink: `psql ${place} --command='VACUUM FULL ${ledgerSchema}.pages, ${ledgerSchema}.fingerprints'`,
  };
}

export function notHere(address: string, hint: string): OperatorError {
  return new OperatorError(
    'usage',
    `ledger ${address}: it is in Postgres, which has programs of its own for that`,
    hint,
  );
}
