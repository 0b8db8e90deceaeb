import type {Database, Target} from '../../src/databases/database.ts';

/**
 * A target that refuses every statement by its text that no live run may send: one that deletes artifacts without asking
 * whether something names them, drops an index or a table, or writes a source_type without asking whether it is unknown.
 */
export function guarded(target: Target): Target {
  return {
    ...target,
    openDatabase: async options => guardedDatabase(await target.openDatabase(options)),
  };
}

function guardedDatabase(database: Database): Database {
  return {
    dialect: database.dialect,
    query: (sql, params, options) => database.query(sql, params, options),
    close: () => database.close(),
    transaction: (statements, options) => {
      for (const {sql} of statements) refuse(sql);
      return database.transaction(statements, options);
    },
  };
}

export function refuse(sql: string): void {
  const plain = sql.replace(/\s+/g, ' ').replaceAll('"', '');
  const deletes = /\bDELETE FROM artifacts\b/i.exec(plain);
  if (
    deletes !== null &&
    !/NOT IN \(SELECT (?:headgate_)?losers\.at FROM .*\bAS named\b/i.test(plain.slice(deletes.index))
  )
    throw new Error(`a live run may not delete artifacts without asking what names them: ${plain}`);
  if (/\bDROP (?:INDEX|TABLE|TRIGGER)\b/i.test(plain))
    throw new Error(`a live run may not drop anything: ${plain}`);
  const updates = /\bUPDATE artifacts\b.*\bSET source_type\b/i.exec(plain);
  if (updates !== null && !/source_type IS NULL OR artifacts\.source_type = 'unknown'/i.test(plain))
    throw new Error(`a live run may not write a type without asking whether it is unknown: ${plain}`);
  if (
    /\bUPDATE artifacts\b(?!.*\bSET source_type\b)/i.test(plain) ||
    /\bREPLACE INTO artifacts\b/i.test(plain)
  )
    throw new Error(`a live run may change nothing of an artifact but its type: ${plain}`);
}
