import type {Json} from './spec.ts';

/** The collections of the sandbox's network. */
export const collections = {
  match: 'games.headgate.play.match',
  review: 'games.headgate.play.review',
  profile: 'games.headgate.actor.profile',
} as const;

const string = (most: number) => ({type: 'string', maxLength: most});
const time = {type: 'string', format: 'datetime'};

/** Their lexicons, as they would be added: one document each. */
export const lexicons: readonly {readonly [name: string]: Json}[] = [
  {
    lexicon: 1,
    id: collections.match,
    defs: {
      main: {
        type: 'record',
        description: 'A game that was played to its end.',
        key: 'tid',
        record: {
          type: 'object',
          required: ['game', 'result', 'createdAt'],
          properties: {
            game: string(128),
            result: {type: 'string', knownValues: ['won', 'lost', 'drawn']},
            moves: {type: 'integer', minimum: 1},
            opponent: {type: 'string', format: 'did'},
            comment: string(3_000),
            createdAt: time,
          },
        },
      },
    },
  },
  {
    lexicon: 1,
    id: collections.review,
    defs: {
      main: {
        type: 'record',
        description: 'What somebody thinks of a game.',
        key: 'tid',
        record: {
          type: 'object',
          required: ['game', 'rating', 'createdAt'],
          properties: {
            game: string(128),
            rating: {type: 'integer', minimum: 1, maximum: 5},
            text: string(3_000),
            createdAt: time,
          },
        },
      },
    },
  },
  {
    lexicon: 1,
    id: collections.profile,
    defs: {
      main: {
        type: 'record',
        description: 'Who somebody is at the table.',
        key: 'literal:self',
        record: {
          type: 'object',
          required: ['displayName'],
          properties: {displayName: string(640), bio: string(2_560), createdAt: time},
        },
      },
    },
  },
];
