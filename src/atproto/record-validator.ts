import {jsonToLex, LexiconDefNotFoundError, Lexicons} from '@atproto/lexicon';
import {readLexicon} from './record-lexicon.ts';

/** What records point to each other with; lexicons refer to it, and few people have it at hand. */
const strongRef = JSON.stringify({
  lexicon: 1,
  id: 'com.atproto.repo.strongRef',
  defs: {
    main: {
      type: 'object',
      required: ['uri', 'cid'],
      properties: {uri: {type: 'string', format: 'at-uri'}, cid: {type: 'string', format: 'cid'}},
    },
  },
});

const mostCharacters = 160;

/**
 * Tells of records whether they are as their lexicons say. Reasons are few and short, so that they can be counted: places
 * in a list are left out, and so are values.
 */
export function recordValidator(
  lexicons: readonly string[],
): (collection: string, json: string) => string | null {
  const known = new Lexicons();
  for (const text of [...lexicons, strongRef]) {
    const document = readLexicon(text, 'of a collection');
    if (known.get(document.id) === undefined) known.add(document);
  }
  return (collection, json) => {
    try {
      known.assertValidRecord(collection, jsonToLex(JSON.parse(json)));
      return null;
    } catch (error) {
      return reasonOf(error, collection);
    }
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
