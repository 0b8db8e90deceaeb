import {z} from 'zod';
import type {Reader} from '../../../databases/database.ts';
import {decoded, type Encoded, encoded, readable} from '../exact.ts';
import type {ArtifactsFacts, Reference, UniqueWith} from '../facts.ts';
import {quoted} from '../names.ts';
import {joined} from './list.ts';

/** Rows of a table that may not both name the same artifact. */
export interface Collision {
  /** Which of the groups asked about. */
  readonly at: number;
  readonly reference: number;
  readonly index: string;
  /** The two, in words. */
  readonly rows: readonly [string, string];
  /** All but the one that stays: that of the winner, or of the newest loser that has one. */
  readonly losing: readonly Losing[];
}

interface Losing {
  /** Encoded id of the artifact that it names. */
  readonly loser: string;
  readonly identity: readonly Encoded[];
  readonly row: readonly Encoded[];
}

/** What unique indexes would forbid once all rows of a group named its first id. NULLs never collide. */
export async function collisionsIn(
  groups: readonly (readonly string[])[],
  target: Reader,
  {references}: ArtifactsFacts,
): Promise<readonly Collision[]> {
  const ids = JSON.stringify(groups.flatMap((group, at) => group.map((id, rank) => [at, rank, id])));
  const found = await Promise.all(
    references.flatMap((reference, at) =>
      reference.uniques.map(async unique =>
        collisionsOf(await target.query(collisionSql(reference, unique), [ids]), {reference, at, unique}),
      ),
    ),
  );
  return found.flat();
}

function collisionSql(reference: Reference, {others}: UniqueWith): string {
  const together = others.map(
    ({column, collation}) => `named.${quoted(column)} COLLATE ${quoted(collation)}`,
  );
  const partition = ['ids.at', ...together].join(', ');
  const isNull = others.map(({column}) => `named.${quoted(column)} IS NOT NULL`);
  const columns = reference.columns.map((name, index) => `${encoded(`named.${quoted(name)}`)} AS c${index}`);
  const identity = reference.identity.map(
    (name, index) => `${encoded(`named.${quoted(name)}`)} AS i${index}`,
  );
  return `WITH ids AS MATERIALIZED (
            SELECT value->>0 AS at, value->>1 AS rank, ${decoded('value->>2')} AS id FROM json_each(?)
          )
          SELECT * FROM (
            SELECT ids.at AS at, ids.rank AS rank,
              dense_rank() OVER (ORDER BY ${partition}) AS class,
              count(*) OVER (PARTITION BY ${partition}) AS rivals,
              ${[`${encoded(`named.${quoted(reference.column)}`)} AS loser`, ...columns, ...identity].join(', ')}
            FROM ${joined(reference, 'ids')}
            WHERE ${['true', ...isNull].join(' AND ')}
          )
          WHERE rivals > 1
          ORDER BY class, rank`;
}

const rival = z.looseObject({
  at: z.number(),
  class: z.number(),
  loser: z.string(),
});
type Rival = z.infer<typeof rival>;

function collisionsOf(
  rows: readonly unknown[],
  {reference, at, unique}: {readonly reference: Reference; readonly at: number; readonly unique: UniqueWith},
): readonly Collision[] {
  const classes = Map.groupBy(
    rows.map(row => rival.parse(row)),
    row => row.class,
  );
  return [...classes.values()].flatMap(([staying, ...leaving]) => {
    const [second] = leaving;
    if (staying === undefined || second === undefined) return [];
    return [
      {
        at: staying.at,
        reference: at,
        index: unique.index,
        rows: [rowText(reference, staying), rowText(reference, second)] as const,
        losing: leaving.map(row => ({
          loser: row.loser,
          identity: reference.identity.map((_, index) => valueIn(row, `i${index}`)),
          row: reference.columns.map((_, index) => valueIn(row, `c${index}`)),
        })),
      },
    ];
  });
}

/** Values of a row that tell it apart from the other, and shown whole they may be long. */
const shown = 6;
const longest = 40;

function rowText({columns}: Reference, row: Rival): string {
  const parts = columns
    .slice(0, shown)
    .map((name, index) => `${name} ${shortened(valueIn(row, `c${index}`))}`);
  return `(${parts.join(', ')}${columns.length > shown ? ', …' : ''})`;
}

function shortened(value: Encoded): string {
  const text = value === null ? 'NULL' : String(readable(value));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function valueIn(row: Rival, column: string): Encoded {
  return z.string().nullable().parse(row[column]);
}
