/**
 * The text of CREATE TABLE without what makes a column unique by itself: UNIQUE behind the column, or UNIQUE (column) as
 * a constraint of the table. Everything else stays as its owner wrote it, comments too. Null where there is no such thing.
 */
export function withoutUnique(sql: string, column: string): string | null {
  const tokens = tokensOf(sql);
  const cuts = segmentsOf(tokens).flatMap(segment => cutsIn(segment, column));
  if (cuts.length === 0) return null;
  let left = sql;
  for (const {from, to} of cuts.toSorted((a, b) => b.from - a.from))
    left = left.slice(0, from) + left.slice(to);
  return left;
}

interface Token {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** Parentheses around it. */
  readonly depth: number;
}

interface Cut {
  readonly from: number;
  readonly to: number;
}

/** Spaces and comments are left out: between two tokens there may be any. */
const token =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\w$\u0080-\uffff]+|[\s\S]/g;

function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (const {0: text, index} of sql.matchAll(token)) {
    if (/^(?:\s|--|\/\*)/.test(text)) continue;
    if (text === ')') depth--;
    tokens.push({text, from: index, to: index + text.length, depth});
    if (text === '(') depth++;
  }
  return tokens;
}

/** Columns and constraints: what stands between the commas of the table, each with the comma before it. */
function segmentsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const segments: Token[][] = [[]];
  for (const each of tokens) {
    if (each.depth < 1) continue;
    if (each.depth === 1 && each.text === ',') segments.push([]);
    segments.at(-1)?.push(each);
  }
  return segments;
}

function cutsIn(segment: readonly Token[], column: string): readonly Cut[] {
  const [first, ...others] = segment;
  const own = first?.text === ',' ? others : segment;
  const isConstraint = /^(?:CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)$/i.test(own[0]?.text ?? '');
  if (!isConstraint && nameOf(own[0]) !== column.toLowerCase()) return [];
  const cuts = own.flatMap((each, at) => {
    if (each.depth !== 1 || !is(each, 'UNIQUE')) return [];
    const end = isConstraint ? endOfList(own, at, column) : at;
    if (end === null) return [];
    const isNamed = is(own[at - 2], 'CONSTRAINT');
    const from = isNamed ? at - 2 : at;
    const to = is(own[end + 1], 'ON') && is(own[end + 2], 'CONFLICT') ? end + 3 : end;
    return [{from, to}];
  });
  const isAll = cuts.length === 1 && cuts[0]?.from === 0 && cuts[0].to === own.length - 1;
  const at = (index: number) => own[index];
  return cuts.flatMap(({from, to}) => {
    const [begin, end] = [isAll ? first : at(from), at(to)];
    return begin === undefined || end === undefined ? [] : [{from: begin.from, to: end.to}];
  });
}

/** Where the list of a UNIQUE ends that has this column alone; null where it has another. */
function endOfList(tokens: readonly Token[], unique: number, column: string): number | null {
  const close = tokens.findIndex(({text, depth}, at) => at > unique && depth === 1 && text === ')');
  const list = tokens.slice(unique + 2, close);
  const isAlone = list.every(({text}) => text !== ',') && nameOf(list[0]) === column.toLowerCase();
  return close !== -1 && isAlone ? close : null;
}

function is(found: Token | undefined, word: string): boolean {
  return found?.text.toUpperCase() === word;
}

/** A name in any of SQLite's quotes. */
function nameOf(found: Token | undefined): string {
  const text = found?.text ?? '';
  return /^["`[']/.test(text) ? text.slice(1, -1).toLowerCase() : text.toLowerCase();
}
