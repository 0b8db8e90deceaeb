import {bytesText, number} from '../../../core/words.ts';
import {type Encoded, isExact, readable} from '../../exact.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {groupKey} from '../group-key.ts';
import type {Collision, Rival} from './collisions.ts';
import {type GroupItem, rowsInPart} from './list.ts';
import type {Member, Naming} from './read.ts';

/** Why a group is left as it is, each in words and null where nothing is in its way. */

/** What a decision is made from beside the rows of a group. */
export interface Around {
  readonly facts: ArtifactsFacts;
  readonly choices: {readonly lostType: 'leave' | 'take-known'; readonly collision: 'leave' | 'keep-winners'};
  readonly collisions: readonly Collision[];
  /** By reference. */
  readonly named: readonly (readonly Naming[])[];
}

/** A group is read and written as a whole, several times over as text. */
const bytesOfGroup = 32 * 1024 * 1024;

export function isTooLarge({rowBytes}: GroupItem): boolean {
  return rowBytes > bytesOfGroup;
}

export function tooLargeText({rowBytes}: GroupItem): string {
  return `its rows hold ${bytesText(rowBytes)}, more than one transaction takes: delete some of them by hand`;
}

/** The type that only a row which would go has. */
export function lostType(
  {group}: GroupItem,
  winner: Member,
  loser: Member,
  {choices}: Around,
): string | null {
  if (choices.lostType !== 'leave') return null;
  return `its newest row ${readable(winner.id)} is of type ${typeText(winner.type)}, and ${readable(loser.id)}, which would go, of ${typeText(loser.type)}: the type would be lost. Set options.artifacts.conflicts.lostType to take-known, or that of groups["${groupKey(group)}"]`;
}

/** Rows that a unique index forbids once re-pointed, where no rule says which of them goes, or none may. */
export function collided({group}: GroupItem, {facts, choices, collisions}: Around): string | null {
  const found = collisions
    .map(collision => ({...collision, ...droppable(facts, collision.reference)}))
    .find(({why}) => choices.collision === 'leave' || why !== null);
  if (found === undefined) return null;
  const {index, rows, table, why} = found;
  const remedy =
    why === null
      ? `Set options.artifacts.conflicts.collision to keep-winners, or that of groups["${groupKey(group)}"]`
      : `${why}: mend the two rows by hand`;
  return `two rows of ${table} would be the same under one artifact, which ${index} forbids: ${rows.join(' and ')}. ${remedy}`;
}

/** Why no rule deletes a row of the table; null where one may. */
function droppable(
  {references}: ArtifactsFacts,
  at: number,
): {readonly table: string; readonly why: string | null} {
  const found = references[at];
  if (found === undefined) throw new RangeError(`no reference ${at}`);
  const {table, isNamed, rowid} = found;
  if (isNamed) return {table, why: `Other tables refer to ${table}`};
  if (rowid === null) return {table, why: `${table} has no rowid`};
  const isOfSeveral = references.some(each => each !== found && each.table === table);
  return {table, why: isOfSeveral ? `Several columns of ${table} name artifacts` : null};
}

/** The foreign key takes it for the same, so it would go along; and re-pointed it would not come back as it was. */
export function namedOtherwise({facts, named}: Around): string | null {
  const [found] = named.flatMap((rows, at) =>
    rows.filter(({otherwise}) => otherwise !== null).map(row => ({...row, reference: facts.references[at]})),
  );
  if (found === undefined) return null;
  const {otherwise, artifact, reference} = found;
  const [there, here] = [otherwise, artifact].map(value => `${String(readable(value))} (${kindOf(value)})`);
  return `a row of ${reference?.table}.${reference?.column} names it as ${there}, and its id is ${here}: write the one as the other is, then run the clean-up again`;
}

/** What the parts of a group have left to the last of them. */
export function tooMany(moving: readonly (readonly Naming[])[]): string | null {
  const total = moving.reduce((sum, rows) => sum + rows.length, 0);
  return total > rowsInPart
    ? `${number(total)} rows name it, more than one transaction takes, and they are in no order that parts could have: run the clean-up again, or re-point them by hand`
    : null;
}

/** Of rows that have to come back exactly as they were. */
export function inexact(touched: readonly (Member | Naming | Rival)[]): string | null {
  return touched.flatMap(valuesOf).every(isExact)
    ? null
    : 'one of its rows holds a number that this database can not read back from its own text';
}

function valuesOf(of: Member | Naming | Rival): readonly Encoded[] {
  return [...('row' in of ? of.row : []), ...('identity' in of ? of.identity : [])];
}

export function textOf(type: Encoded): string | null {
  const value = readable(type);
  return value === null ? null : String(value);
}

function typeText(type: Encoded): string {
  return textOf(type) ?? 'NULL';
}

function kindOf(value: Encoded): string {
  switch (value?.[0]) {
    case 'i':
      return 'an integer';
    case 'r':
    case 'x':
      return 'a real number';
    case 'b':
      return 'a blob';
    default:
      return 'a text';
  }
}
