import {describe, expect, it} from 'vitest';
import {openNetwork} from '../../src/atproto/open-network.ts';
import {readRecordLexicon} from '../../src/atproto/record-lexicon.ts';
import {OperatorError} from '../../src/core/operator-error.ts';

const id = 'games.example.match';

/** A lexicon of matches; what is given stands in the place of what it has. */
function lexicon(more: object = {}, main: object = {}): string {
  return JSON.stringify({
    lexicon: 1,
    id,
    defs: {
      main: {
        type: 'record',
        key: 'tid',
        record: {
          type: 'object',
          required: ['name', 'playedAt'],
          properties: {
            name: {type: 'string', maxLength: 10},
            playedAt: {type: 'string', format: 'datetime'},
            score: {type: 'integer', minimum: 0},
            players: {type: 'array', items: {type: 'ref', ref: '#player'}, maxLength: 4},
            of: {type: 'ref', ref: 'com.atproto.repo.strongRef'},
            board: {type: 'ref', ref: 'games.example.defs#board'},
            picture: {type: 'blob', accept: ['image/*'], maxSize: 1_000},
            key: {type: 'bytes', maxLength: 4},
            link: {type: 'cid-link'},
          },
        },
        ...main,
      },
      player: {type: 'object', required: ['did'], properties: {did: {type: 'string', format: 'did'}}},
    },
    ...more,
  });
}

describe('the lexicon of a record', () => {
  it('is read with its name, and with what else it needs', () => {
    expect(readRecordLexicon(`\n${lexicon()}\n`, 'match.json')).toEqual({
      id,
      json: lexicon(),
      references: ['com.atproto.repo.strongRef', 'games.example.defs'],
    });
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{', /^lexicon match\.json: it is not JSON: /],
    ['a list', '[]', /^lexicon match\.json: it is not an object$/],
    ['an empty object', '{}', /: lexicon: .*; id: .*; defs: /],
    ['of another version', lexicon({lexicon: 2}), /: lexicon: Invalid literal value, expected 1$/],
    ['without a name', lexicon({id: undefined}), /: id: Required$/],
    ['with a name that is none', lexicon({id: 'match'}), /: id: Must be a valid NSID$/],
    ['without definitions', lexicon({defs: {}}), /: games\.example\.match has no main definition$/],
    [
      'with no main definition',
      lexicon({defs: {player: {type: 'object', properties: {}}}}),
      /has no main definition$/,
    ],
    [
      'of a query',
      lexicon({defs: {main: {type: 'query'}}}),
      /: games\.example\.match defines a query, and only a record has a collection$/,
    ],
    ['of an unknown type', lexicon({}, {type: 'thing'}), /: defs\.main: Invalid type: thing must be one of/],
    [
      'of a record that is no object',
      lexicon({}, {record: {type: 'string'}}),
      /: defs\.main\.record\.type: /,
    ],
    [
      'that requires what it does not define',
      lexicon({}, {record: {type: 'object', required: ['a', 'b', 'c', 'd', 'e'], properties: {}}}),
      /: defs\.main\.record: Required field "a" not defined; .*"c" not defined \(and 2 more\)$/,
    ],
    [
      'that refers to what it does not define',
      lexicon({}, {record: {type: 'object', properties: {a: {type: 'ref', ref: '#nobody'}}}}),
      /: games\.example\.match refers to #nobody, which it does not define$/,
    ],
    [
      'that refers to what can not be',
      lexicon({}, {record: {type: 'object', properties: {a: {type: 'union', refs: ['player']}}}}),
      /: games\.example\.match refers to player, which is no lexicon's name$/,
    ],
    [
      'nested deeper than any',
      lexicon().replace('{', `{"more":${'['.repeat(100_000)}${']'.repeat(100_000)},`),
      /^lexicon match\.json: it is nested deeper than 64 levels$/,
    ],
    [
      'that Postgres can not store',
      lexicon({description: 'a\0b'}),
      /^lexicon match\.json: its text holds U\+0000 or half a surrogate pair, which Postgres stores in no text$/,
    ],
    [
      'longer than any',
      lexicon({description: 'x'.repeat(1_100_000)}),
      /: it is longer than 1048576 characters$/,
    ],
  ])('that is %s is refused, and told why', (_, text, message) => {
    const reading = () => readRecordLexicon(text, 'match.json');
    expect(reading).toThrow(OperatorError);
    expect(reading).toThrow(message);
  });
});

describe('a record', () => {
  const {validator} = openNetwork({label: 'test'});
  const board = JSON.stringify({
    lexicon: 1,
    id: 'games.example.defs',
    defs: {board: {type: 'object', required: ['size'], properties: {size: {type: 'integer'}}}},
  });
  const told = async (value: object, lexicons = [lexicon(), board]) =>
    (await validator(lexicons)).reasonAgainst(
      id,
      JSON.stringify({$type: id, name: 'final', playedAt: '2026-01-01T00:00:00Z', ...value}),
    );

  it.each<[string, object]>([
    ['with what it has to have', {}],
    ['with more than its lexicon says', {anything: [1, {more: null}]}],
    [
      'with all of it',
      {
        score: 3,
        players: [{did: 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'}],
        of: {
          uri: 'at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/games.example.match/a',
          cid: 'bafyreib2rxk3rybloqtqwboecwyxmpfxbyi3tqdttvmuqjuwlbgsbcylai',
        },
        board: {size: 19},
        picture: {
          $type: 'blob',
          ref: {$link: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'},
          mimeType: 'image/png',
          size: 7,
        },
        key: {$bytes: 'AAE'},
        link: {$link: 'bafyreib2rxk3rybloqtqwboecwyxmpfxbyi3tqdttvmuqjuwlbgsbcylai'},
      },
    ],
  ])('%s is as its lexicon says', async (_, value) => {
    expect(await told(value)).toBeNull();
  });

  it.each<[object, string]>([
    [{name: undefined}, 'must have the property "name"'],
    [{name: 7}, 'name must be a string'],
    [{name: 'much too long'}, 'name must not be longer than 10 characters'],
    [{playedAt: 'yesterday'}, expect.stringMatching(/^playedAt must be an? .*datetime/)],
    [{score: -1}, 'score can not be less than 0'],
    [{score: 1.5}, 'score must be an integer'],
    [
      {players: [{did: 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'}, {did: 'bob'}]},
      'players/…/did must be a valid did',
    ],
    [{players: [{}]}, 'players/… must have the property "did"'],
    [{of: {uri: 'at://x', cid: 'y'}}, expect.stringMatching(/^of\/uri must be a valid at-uri/)],
    [{board: {}}, 'board must have the property "size"'],
    [{key: {$bytes: 'AAECAwQF'}}, 'key must not be larger than 4 bytes'],
    [{link: 'bafy'}, 'link must be a CID'],
    [{$type: 'games.example.other'}, 'its $type is not games.example.match'],
    [{$type: undefined}, '$type must be a string'],
  ])('%j is told by what is wrong, without its own words', async (value, reason) => {
    expect(await told(value)).toEqual(reason);
  });

  it('whose lexicon needs another that is not there is told by that', async () => {
    expect(await told({}, [lexicon()])).toBeNull();
    expect(await told({board: {}}, [lexicon()])).toBe(
      'not looked at: there is no lexicon games.example.defs#board',
    );
  });

  it('may be looked at by several lexicons, some of them given twice', async () => {
    expect(await told({}, [lexicon(), board, lexicon()])).toBeNull();
    await expect(told({}, ['{}'])).rejects.toThrow(OperatorError);
  });

  it('of the protocol is looked at by what is published, unless its lexicon is given', async () => {
    const post = 'app.bsky.feed.post';
    const short = JSON.stringify({$type: post, text: 'hello'});
    const published = await validator([]);
    expect([post, id, 'app.bsky.feed.getPosts'].map(each => published.knows(each))).toEqual([
      true,
      false,
      false,
    ]);
    expect(published.reasonAgainst(post, short)).toBe('must have the property "createdAt"');
    const own = lexicon({id: post}, {record: {type: 'object', properties: {text: {type: 'string'}}}});
    expect((await validator([own])).reasonAgainst(post, short)).toBeNull();
  });
});
