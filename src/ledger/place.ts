import type {Database} from '../databases/database.ts';

/** Where a ledger is kept, and what is different from place to place. */
export interface LedgerPlace {
  /** As it is shown, and as --ledger takes it; without a password. */
  readonly label: string;
  readonly db: Database;
  /** How it is copied and kept small, where that is not done here. */
  readonly upkeep: string | null;
  /** Bytes free where it grows; null where that can't be told. */
  freeBytes(): Promise<number | null>;
  /** A consistent copy in one file, while others use the ledger. */
  backup(destination: string): Promise<void>;
  /** Gives the space of deleted rows back to the disk. */
  vacuum(): Promise<void>;
}
