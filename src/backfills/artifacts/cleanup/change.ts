import {createHash} from 'node:crypto';
import {z} from 'zod';
import type {Preview} from '../../backfill.ts';
import {readable} from '../../exact.ts';

/**
 * One group of rows of the same object, before and after: the winner stays, what named the losers names the winner, the
 * losers go. Values are encoded (exact.ts), so every column of a row comes back as it was.
 */

const encoded = z.string().nullable();

const loser = z.object({
  id: z.string(),
  /** Every column, in the order of `columns`. */
  row: z.array(encoded),
});

const moves = z.object({
  table: z.string(),
  column: z.string(),
  identity: z.array(z.string()),
  /** Which of the losers a row named, and what tells it apart. */
  rows: z.array(z.tuple([z.int()], encoded)),
});
export type Moves = z.infer<typeof moves>;

/** Rows that would be doubles under the winner, whole: by the rule that keeps the winner's. */
const drops = z.object({
  table: z.string(),
  column: z.string(),
  identity: z.array(z.string()),
  columns: z.array(z.string()),
  /** Which of the losers a row named, what tells it apart, and all of it. */
  rows: z.array(z.object({loser: z.int(), told: z.array(encoded), row: z.array(encoded)})),
});
export type Drops = z.infer<typeof drops>;

export const groupChange = z.object({
  /** Of the item: the group's, or that of its part. */
  key: z.string(),
  bucket: z.string(),
  objectKey: z.string(),
  winner: z.object({id: z.string(), fetchedAt: encoded, type: encoded}),
  columns: z.array(z.string()),
  losers: z.array(loser),
  moves: z.array(moves),
  drops: z.array(drops),
  /** Losers are deleted; a part before the last only re-points. */
  deletes: z.boolean(),
  /** The type that the winner takes over from a loser. */
  type: encoded,
});
export type GroupChange = z.infer<typeof groupChange>;

/** What is re-pointed, and what goes; the winner counts where it takes over a type. */
export function rowsOfGroup({losers, moves: all, drops: dropped, deletes, type}: GroupChange): number {
  const named = [...all, ...dropped].reduce((sum, {rows}) => sum + rows.length, 0);
  return named + (deletes ? losers.length : 0) + (type === null ? 0 : 1);
}

/** What a review shows, and by which a plan is told to have drifted: every row that is touched. */
export function previewGroup(change: GroupChange): Preview {
  const {winner, losers, moves: all, drops: dropped, deletes, type} = change;
  const ids = losers.map(({id}) => readable(id)).join(', ');
  // No reader's concern, but a plan has drifted as soon as one value of one of these rows is another.
  const checksum = checksumOf([winner, losers, all, dropped]);
  const before: Record<string, string | number | null> = {
    checksum,
    rows: losers.length + 1,
    artifact: ids,
  };
  const after: Record<string, string | number | null> = {
    checksum,
    rows: deletes ? 1 : losers.length + 1,
    artifact: readable(winner.id),
  };
  for (const {table, rows} of all) {
    before[table] = `${rows.length} name ${ids}`;
    after[table] = `${rows.length} name ${String(readable(winner.id))}`;
  }
  for (const {table, rows} of dropped) {
    before[`${table}, doubles`] = rows.length;
    after[`${table}, doubles`] = 0;
  }
  if (type !== null) {
    before['source_type'] = readable(winner.type);
    after['source_type'] = readable(type);
  }
  return {before, after};
}

function checksumOf(values: unknown): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);
}
