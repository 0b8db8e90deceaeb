import {Fault} from '../core/failure.ts';

/**
 * Whether SQL is one statement that only reads: what a reader sends where the service itself knows no read-only
 * connection. It looks at words outside of texts, quoted names and comments; what it can't be sure of, it refuses.
 */

const quotedOrComment =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
const writes =
  /\b(?:INSERT|UPDATE|DELETE|REPLACE\s+INTO|CREATE|DROP|ALTER|ATTACH|DETACH|PRAGMA|VACUUM|REINDEX|ANALYZE)\b/i;

export function requireSelect(sql: string): void {
  const bare = sql.replace(quotedOrComment, ' ').trim().replace(/;$/, '');
  const begins = /^(?:SELECT|WITH|VALUES)\b/i.test(bare);
  if (begins && !bare.includes(';') && !writes.test(bare)) return;
  throw new Fault('denied', `a reader takes one SELECT, and this is none: ${sql.trim().slice(0, 80)}`);
}
