import {z} from 'zod';
import {allOf, quoted, type Row} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import {decoded, type Encoded, encoded, readable} from '../../exact.ts';
import {encodedRow, rowIn, textIn} from '../../row-text.ts';
import type {ArtifactsFacts, Reference, UniqueWith} from '../facts.ts';
import {joined, withKnown} from './joined.ts';

/** Rows of a table that may not both name the same artifact. */
export interface Collision {
  /** Which of the groups asked about. */
  readonly at: number;
  readonly reference: number;
  readonly index: string;
  /** The two, in words. */
  readonly rows: readonly [string, string];
  /** All of them, that of the winner first, then that of the newest loser. */
  readonly rivals: readonly Rival[];
}

export interface Rival {
  /** Of the artifact that it names, among those of its group: 0 is the winner. */
  readonly rank: number;
  /** Encoded id of that artifact. */
  readonly artifact: string;
  readonly identity: readonly Encoded[];
  readonly row: readonly Encoded[];
}

/** What unique indexes would forbid once all rows of a group named its first id. NULLs never collide. */
export async function collisionsIn(
  groups: readonly (readonly string[])[],
  target: Reader,
  facts: ArtifactsFacts,
): Promise<readonly Collision[]> {
  const ids = JSON.stringify(groups.flatMap((group, at) => group.map((id, rank) => [at, rank, id])));
  const found = await Promise.all(
    facts.references.flatMap((reference, at) =>
      reference.uniques.map(async unique =>
        collisionsOf(await target.query(collisionSql(facts, reference, unique), [ids]), {
          reference,
          at,
          unique,
        }),
      ),
    ),
  );
  return found.flat();
}

function collisionSql(facts: ArtifactsFacts, reference: Reference, {others}: UniqueWith): string {
  const together = others.map(
    ({column, collation}) => `named.${quoted(column)} COLLATE ${quoted(collation)}`,
  );
  const partition = ['headgate_ids.at', ...together].join(', ');
  const isNull = others.map(({column}) => `named.${quoted(column)} IS NOT NULL`);
  const columns = encodedRow(reference.columns.map(name => `named.${quoted(name)}`));
  const identity = reference.identity.map(
    (name, index) => `${encoded(`named.${quoted(name)}`)} AS i${index}`,
  );
  const ids = `SELECT value->>0 AS at, value->>1 AS rank, ${decoded('value->>2')} AS id FROM json_each(?)`;
  return `WITH headgate_ids AS MATERIALIZED (${withKnown(ids, facts)})
          SELECT * FROM (
            SELECT headgate_ids.at AS at, headgate_ids.rank AS rank,
              dense_rank() OVER (ORDER BY ${partition}) AS class,
              count(*) OVER (PARTITION BY ${partition}) AS rivals,
              ${[`${encoded('headgate_ids.id')} AS artifact`, `${columns} AS "values"`, ...identity].join(', ')}
            FROM ${joined(reference, 'headgate_ids')}
            WHERE ${allOf(isNull)}
          )
          WHERE rivals > 1
          ORDER BY class, rank`;
}

const rivalRow = z.looseObject({
  at: z.number(),
  rank: z.number(),
  class: z.number(),
  artifact: z.string(),
});

function collisionsOf(
  rows: readonly Row[],
  {reference, at, unique}: {readonly reference: Reference; readonly at: number; readonly unique: UniqueWith},
): readonly Collision[] {
  const found = rows.map(row => {
    const {at: group, rank, class: of, artifact} = rivalRow.parse(row);
    const identity = reference.identity.map((_, index) => textIn(row, `i${index}`));
    return {group, of, rival: {rank, artifact, identity, row: rowIn(row, 'values')}};
  });
  return [...Map.groupBy(found, ({of}) => of).values()].flatMap(rivals => {
    const [first, second] = rivals;
    if (first === undefined || second === undefined) return [];
    return [
      {
        at: first.group,
        reference: at,
        index: unique.index,
        rows: [rowText(reference, first.rival), rowText(reference, second.rival)] as const,
        rivals: rivals.map(({rival}) => rival),
      },
    ];
  });
}

/**
 * The rows of one table that go where the newest are kept. Beginning with the winner's, each row stays that collides with
 * none that stays: a row whose only rival goes has no need to go.
 */
export function leavingOf(collisions: readonly Collision[]): readonly Rival[] {
  const places = new Map<string, {readonly rival: Rival; readonly collisions: Collision[]}>();
  for (const collision of collisions)
    for (const rival of collision.rivals) {
      const place = placeOf(rival);
      const known = places.get(place) ?? {rival, collisions: []};
      known.collisions.push(collision);
      places.set(place, known);
    }
  const settled = new Set<Collision>();
  return [...places.values()]
    .toSorted((a, b) => a.rival.rank - b.rival.rank)
    .flatMap(({rival, collisions: its}) => {
      if (its.some(collision => settled.has(collision))) return [rival];
      for (const collision of its) settled.add(collision);
      return [];
    });
}

/** Tells a row of a table apart. */
export function placeOf({artifact, identity}: Pick<Rival, 'artifact' | 'identity'>): string {
  return JSON.stringify([artifact, identity]);
}

/** Values of a row that tell it apart from the other, and shown whole they may be long. */
const shown = 6;
const longest = 40;

function rowText({columns}: Reference, {row}: Rival): string {
  const parts = columns.slice(0, shown).map((name, index) => `${name} ${shortened(row[index] ?? null)}`);
  return `(${parts.join(', ')}${columns.length > shown ? ', …' : ''})`;
}

function shortened(value: Encoded): string {
  const text = value === null ? 'NULL' : String(readable(value));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
