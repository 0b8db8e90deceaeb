import {schemas} from '@atproto/api';
import {jsonToLex, LexiconDefNotFoundError, Lexicons} from '@atproto/lexicon';
import type {RecordValidator} from './network.ts';
import {readLexicon} from './record-lexicon.ts';

const mostCharacters = 160;

/**
 * Tells of records whether they are as their lexicons say: those that are given, and beside them the published ones that
 * `@atproto/api` carries, which few people have at hand and others refer to. Reasons are few and short, so that they can
 * be counted: places in a list are left out, and so are values.
 */
export function recordValidator(lexicons: readonly string[]): RecordValidator {
  const known = new Lexicons();
  const given = lexicons.map(text => readLexicon(text, 'of a collection'));
  for (const document of [...given, ...schemas])
    if (known.get(document.id) === undefined) known.add(document);
  return {
    knows: collection => known.get(collection)?.defs['main']?.type === 'record',
    reasonAgainst: (collection, json) => {
      try {
        known.assertValidRecord(collection, jsonToLex(JSON.parse(json)));
        return null;
      } catch (error) {
        return reasonOf(error, collection);
      }
    },
  };
}

function reasonOf(error: unknown, collection: string): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof LexiconDefNotFoundError)
    return `not looked at: ${message.replace(/^Lexicon not found: (lex:)?/, 'there is no lexicon ')}`;
  if (message.startsWith('Invalid $type')) return `its $type is not ${collection}`;
  const place = message.replace(/^Record\/? */, '').replace(/\/\d+(?=[/ ]|$)/g, '/…');
  return place.length > mostCharacters ? `${place.slice(0, mostCharacters - 1)}…` : place;
}
