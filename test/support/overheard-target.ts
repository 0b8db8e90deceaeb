import type {Database, Reader, Target} from '../../src/databases/database.ts';

export interface Overhearing {
  /** Every statement that the target was sent. */
  readonly sent: string[];
  /** What somebody else does between a decision and its write, before every transaction that changes a row. */
  readonly meanwhile: (() => Promise<unknown>) | null;
}

/** A target whose statements are heard, and interrupted, as `by` says at that moment. */
export function overheard(target: Target, by: Overhearing): Target {
  const listening = (reader: Reader): Reader => ({
    dialect: reader.dialect,
    close: () => reader.close(),
    query: (sql, params, given) => {
      by.sent.push(sql);
      return reader.query(sql, params, given);
    },
  });
  const interrupted = (database: Database): Database => ({
    ...listening(database),
    transaction: async (statements, given) => {
      by.sent.push(...statements.map(({sql}) => sql));
      if (statements.some(({counts}) => counts !== undefined)) await by.meanwhile?.();
      return database.transaction(statements, given);
    },
  });
  return {
    ...target,
    openReader: async () => listening(await target.openReader()),
    openDatabase: async given => interrupted(await target.openDatabase(given)),
  };
}
