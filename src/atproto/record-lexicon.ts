import {type LexiconDoc, lexiconDoc, parseLexiconDoc} from '@atproto/lexicon';
import {isValidNsid} from '@atproto/syntax';
import {OperatorError} from '../core/operator-error.ts';
import {isMap} from './exact-json.ts';
import {isUnstorable} from './unstorable.ts';

/** A lexicon that defines a record, and so a collection. */
export interface RecordLexicon {
  /** The collection's name. */
  readonly id: string;
  /** Its JSON text. */
  readonly json: string;
  /** Other lexicons that it takes definitions from. */
  readonly references: readonly string[];
}

const mostCharacters = 1_048_576;
/** Lists and maps within each other: real ones have ten. */
const mostLevels = 64;
/** Of what is wrong: the first few help, all of them hide each other. */
const mostTold = 3;

/**
 * Reads a lexicon that an operator gives, under the name that messages call it by. What is wrong with it is an
 * OperatorError that says where: https://atproto.com/specs/lexicon
 */
export function readRecordLexicon(text: string, name: string): RecordLexicon {
  const document = readLexicon(text, name);
  const {main} = document.defs;
  if (main === undefined) throw unusable(name, `${document.id} has no main definition`);
  if (main.type !== 'record')
    throw unusable(name, `${document.id} defines a ${main.type}, and only a record has a collection`);
  const refs = [...refsIn(document.defs)];
  const local = refs.filter(ref => ref.startsWith('#') && document.defs[ref.slice(1)] === undefined);
  if (local.length > 0)
    throw unusable(name, `${document.id} refers to ${local.join(', ')}, which it does not define`);
  const others = refs
    .filter(ref => !ref.startsWith('#'))
    .map(ref => ref.replace(/^lex:/, '').replace(/#.*/, ''));
  const wrong = others.find(ref => !isValidNsid(ref));
  if (wrong !== undefined)
    throw unusable(name, `${document.id} refers to ${wrong}, which is no lexicon's name`);
  return {
    id: document.id,
    json: JSON.stringify(JSON.parse(text)),
    references: [...new Set(others)].filter(ref => ref !== document.id).sort(),
  };
}

/** Any lexicon, as the library takes it. */
export function readLexicon(text: string, name: string): LexiconDoc {
  if (text.length > mostCharacters) throw unusable(name, `it is longer than ${mostCharacters} characters`);
  const value = parse(text, name);
  if (!isMap(value)) throw unusable(name, 'it is not an object');
  if (isDeeper(value, mostLevels)) throw unusable(name, `it is nested deeper than ${mostLevels} levels`);
  if (isUnstorable(value))
    throw unusable(name, 'its text holds U+0000 or half a surrogate pair, which Postgres stores in no text');
  const {success, error} = lexiconDoc.safeParse(value);
  if (success) return parseLexiconDoc(value);
  const told = error.issues
    .slice(0, mostTold)
    .map(({path, message}) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  const more = error.issues.length - told.length;
  throw unusable(name, `${told.join('; ')}${more > 0 ? ` (and ${more} more)` : ''}`);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some(item => isDeeper(item, levels - 1));
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable(name, `it is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** What definitions refer to, as written. */
function* refsIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* refsIn(item);
  if (!isMap(value)) return;
  const {type, ref, refs} = value;
  if (type === 'ref' && typeof ref === 'string') yield ref;
  if (type === 'union' && Array.isArray(refs)) yield* refs.filter(item => typeof item === 'string');
  for (const item of Object.values(value)) yield* refsIn(item);
}

function unusable(name: string, why: string): OperatorError {
  return new OperatorError(
    'usage',
    `lexicon ${name}: ${why}`,
    'A lexicon is a JSON file {"lexicon": 1, "id": …, "defs": {"main": {"type": "record", …}}}: see atproto.com/specs/lexicon.',
  );
}
