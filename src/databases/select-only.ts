import {Fault} from '../core/failure.ts';
import type {Dialect} from './database.ts';

/**
 * Whether SQL is one statement that only reads: what a reader sends where the service itself knows no read-only
 * connection, or where one could be talked out of it. It looks at words outside of texts, quoted names and comments;
 * what it can't be sure of, it refuses.
 */

interface Words {
  /** Texts, quoted names and comments. */
  readonly quotedOrComment: RegExp;
  readonly writes: RegExp;
  /** Wherever it stands. */
  readonly forbidden: RegExp | null;
}

const words: Readonly<Record<Dialect, Words>> = {
  sqlite: {
    quotedOrComment:
      /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g,
    writes:
      /\b(?:INSERT|UPDATE|DELETE|REPLACE\s+INTO|CREATE|DROP|ALTER|ATTACH|DETACH|PRAGMA|VACUUM|REINDEX|ANALYZE)\b/i,
    forbidden: null,
  },
  postgres: {
    quotedOrComment:
      /\bE'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*(?:(?!\/\*)[\s\S])*?\*\//gi,
    writes: /\b(?:INSERT|UPDATE|DELETE|MERGE|INTO|CREATE|DROP|ALTER|TRUNCATE|COPY|VACUUM|REINDEX)\b|\/\*/i,
    // A session is read-only by a setting, and a function changes settings. U&"…" writes any name otherwise.
    forbidden: /\bset_config\b|\bU&"/i,
  },
};

export function requireSelect(sql: string, dialect: Dialect = 'sqlite'): void {
  const {quotedOrComment, writes, forbidden} = words[dialect];
  const bare = sql.replace(quotedOrComment, ' ').trim().replace(/;$/, '');
  const begins = /^(?:SELECT|WITH|VALUES)\b/i.test(bare);
  if (begins && !bare.includes(';') && !writes.test(bare) && forbidden?.test(sql) !== true) return;
  throw new Fault('denied', `a reader takes one SELECT, and this is none: ${sql.trim().slice(0, 80)}`);
}
