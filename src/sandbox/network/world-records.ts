import {createHash} from 'node:crypto';
import {tidOf} from './identifiers.ts';
import type {AccountSpec, Json} from './spec.ts';
import {collections} from './world-lexicons.ts';

type Records = NonNullable<AccountSpec['records']>;
type ByKey = Records[string];

const games = ['Backgammon', 'Carrom', 'Chess', 'Go', 'Hnefatafl', 'Mancala', 'Shogi', 'Xiangqi'] as const;
const results = ['won', 'lost', 'drawn'] as const;
const comments = [
  'Close until the last move.',
  'Learned an opening that I will not forget.',
  'We had to stop for the rain, and went on under the bridge.',
  'A rematch is due.',
] as const;

/** 2025-03-01, in microseconds. */
const firstAt = 1_740_787_200_000_000n;
const dayAt = 86_400_000_000n;

/** What somebody ordinary has: a profile, some matches and some reviews, the same every time. */
export function ordinaryRecords(name: string): Records {
  return {
    [collections.profile]: {self: profileOf(name)},
    [collections.match]: matches(name, 3 + choice(12, name, 'matches')),
    [collections.review]: reviews(name, choice(6, name, 'reviews')),
  };
}

function profileOf(name: string): Json {
  return {
    $type: collections.profile,
    displayName: name.charAt(0).toUpperCase() + name.slice(1),
    bio: `Plays ${games[choice(games.length, name, 'favourite')]} by the water.`,
    createdAt: timeAt(0),
  };
}

export function matches(name: string, count: number): ByKey {
  return byTime(name, count, (number, createdAt) => ({
    $type: collections.match,
    game: one(games, name, 'game', number),
    result: one(results, name, 'result', number),
    moves: 12 + choice(90, name, 'moves', number),
    comment: one(comments, name, 'comment', number),
    createdAt,
  }));
}

function reviews(name: string, count: number): ByKey {
  return byTime(name, count, (number, createdAt) => ({
    $type: collections.review,
    game: one(games, name, 'reviewed', number),
    rating: 1 + choice(5, name, 'rating', number),
    text: one(comments, name, 'text', number),
    createdAt,
  }));
}

function byTime(name: string, count: number, recordOf: (number: number, createdAt: string) => Json): ByKey {
  return Object.fromEntries(
    Array.from({length: count}, (_, number) => [keyAt(name, number), recordOf(number, timeAt(number))]),
  );
}

/** A record key of the day that a record is of; nobody's is another's. */
export function keyAt(name: string, day: number): string {
  return tidOf(firstAt + BigInt(day) * dayAt + BigInt(choice(1_000_000, name, 'second')) * 1_000n);
}

export function timeAt(day: number): string {
  return new Date(Number((firstAt + BigInt(day) * dayAt) / 1_000n)).toISOString();
}

function one<Choice>(choices: readonly Choice[], ...about: readonly (string | number)[]): Choice | string {
  return choices[choice(choices.length, ...about)] ?? '';
}

/** A number below another that depends on nothing but what it is about. */
export function choice(below: number, ...about: readonly (string | number)[]): number {
  return createHash('sha256').update(about.join('\n')).digest().readUInt32BE() % below;
}
