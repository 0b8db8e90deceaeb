/** Texts, quoted names and comments, in which a question mark stands for itself; and parameters as SQLite has them. */
const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\?(\d*)/g;

/**
 * A statement of the ledger as Postgres takes it. All of it is in what both dialects have, except the parameters: `?2` is
 * the second, and `?` the one behind the highest so far (https://www.sqlite.org/lang_expr.html#varparam).
 */
export function toPostgres(sql: string): string {
  let highest = 0;
  return sql.replace(tokens, (token, number: string | undefined) => {
    if (!token.startsWith('?')) return token;
    const place = number === undefined || number === '' ? highest + 1 : Number(number);
    highest = Math.max(highest, place);
    return `$${place}`;
  });
}
