/**
 * Cuts a text into its statements, as Cloudflare's API does before it runs them. Semicolons in strings, names, comments
 * and the body of a trigger end nothing; pieces without code are left out. It reads words, not grammar: what is no SQL
 * comes through, and is refused by the database.
 */
export function splitSql(text: string): readonly string[] {
  const pieces: string[] = [];
  let from = 0;
  let head = '';
  let depth = 0;
  for (const {0: token, index} of text.matchAll(tokens)) {
    if (token === ';' && depth === 0) {
      pieces.push(text.slice(from, index));
      from = index + 1;
      head = '';
    } else if (/^\w/.test(token)) {
      const word = token.toUpperCase();
      if (head.length < longestHead) head += `${word} `;
      if (isTrigger.test(head)) depth = Math.max(0, depth + (opens.has(word) ? 1 : word === 'END' ? -1 : 0));
    }
  }
  return [...pieces, text.slice(from)].map(piece => piece.trim()).filter(hasCode);
}

const tokens =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;|[A-Za-z_]\w*/g;
const isTrigger = /^CREATE (?:TEMP |TEMPORARY )?TRIGGER /;
const longestHead = 'CREATE TEMPORARY TRIGGER'.length;
const opens = new Set(['BEGIN', 'CASE']);

function hasCode(piece: string): boolean {
  return piece.replace(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, '').trim() !== '';
}
