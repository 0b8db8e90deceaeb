import type {Decision} from '../../../core/entry.ts';
import type {Probe} from '../../../core/probe.ts';
import {bytesText, number} from '../../../core/words.ts';
import type {Inspected, Io} from '../../backfill.ts';
import {type Encoded, isExact, readable} from '../exact.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';
import {groupKey} from '../group-key.ts';
import {saysNothing} from '../names.ts';
import type {Drops, GroupChange, Moves} from './change.ts';
import type {ArtifactsCleanup} from './cleanup.ts';
import {type Collision, collisionsIn, leavingOf, placeOf, type Rival} from './collisions.ts';
import {type GroupItem, rowsInPart} from './list.ts';
import {type Member, type Naming, readMembers, readNaming} from './read.ts';

/** One decision for each group: what a transaction has to do, or why it is left alone. A read for each table, for all groups. */
export async function decideGroups(
  page: readonly Inspected<ArtifactsCleanup>[],
  io: Io<ArtifactsCleanup>,
  {facts}: Probe<ArtifactsFacts>,
): Promise<readonly Decision<GroupChange>[]> {
  // What is too large is not even read.
  const items = page.map(({item}) => (isTooLarge(item) ? {...item, ids: []} : item));
  const members = await readMembers(items, io, facts);
  const [named, collisions] = await Promise.all([
    Promise.all(facts.references.map((_, at) => readNaming(items, members, io, facts, at))),
    collisionsIn(
      members.map(group => group.map(({id}) => id)),
      io.target,
      facts,
    ),
  ]);
  const namedBy = named.map(rows => Map.groupBy(rows, ({at}) => at));
  const collisionsBy = Map.groupBy(collisions, ({at}) => at);
  return items.map((item, at) =>
    decideGroup(item, members[at] ?? [], {
      facts,
      choices: choicesFor(item, io.options),
      collisions: collisionsBy.get(at) ?? [],
      named: namedBy.map(rows => rows.get(at) ?? []),
    }),
  );
}

/** A group is read and written as a whole, several times over as text. */
const bytesOfGroup = 32 * 1024 * 1024;

function isTooLarge({rowBytes}: GroupItem): boolean {
  return rowBytes > bytesOfGroup;
}

interface Around {
  readonly facts: ArtifactsFacts;
  readonly choices: {readonly lostType: 'leave' | 'take-known'; readonly collision: 'leave' | 'keep-winners'};
  readonly collisions: readonly Collision[];
  /** By reference. */
  readonly named: readonly (readonly Naming[])[];
}

function decideGroup(
  item: GroupItem,
  [winner, ...losers]: readonly Member[],
  {facts, choices, collisions, named}: Around,
): Decision<GroupChange> {
  if (isTooLarge(item))
    return {
      action: 'conflict',
      reason: `its rows hold ${bytesText(item.rowBytes)}, more than one transaction takes: delete some of them by hand`,
    };
  if (winner === undefined || losers.length === 0) return {action: 'unchanged'};
  const deletes = item.part === null || item.part.reference === null;
  const known = saysNothing(textOf(winner.type))
    ? losers.find(({type}) => !saysNothing(textOf(type)))
    : undefined;
  if (known !== undefined && choices.lostType === 'leave')
    return {action: 'conflict', reason: lostTypeText(item, winner, known)};
  const [collision] = collisions;
  const isLeft =
    collision !== undefined && (choices.collision === 'leave' || isNamedElsewhere(facts, collision));
  if (isLeft) return {action: 'conflict', reason: collisionText(item, collision, facts)};
  const other = named.flatMap((rows, at) =>
    rows.filter(({otherwise}) => otherwise !== null).map(row => ({row, at})),
  )[0];
  if (other !== undefined)
    return {action: 'conflict', reason: otherwiseText(other.row, facts.references[other.at])};
  const dropped = facts.references.map((_, at) =>
    leavingOf(collisions.filter(({reference}) => reference === at)),
  );
  const moving = named.map((rows, at) => withoutDropped(rows, dropped[at] ?? []));
  const total = moving.reduce((sum, rows) => sum + rows.length, 0);
  if (deletes && total > rowsInPart)
    return {
      action: 'conflict',
      reason: `${number(total)} rows name it, more than one transaction takes, and they are in no order that parts could have: run the clean-up again, or re-point them by hand`,
    };
  const touched = [...losers, ...moving.flat(), ...dropped.flat()];
  if (!touched.flatMap(valuesOf).every(isExact))
    return {
      action: 'conflict',
      reason: 'one of its rows holds a number that this database can not read back from its own text',
    };
  const change: GroupChange = {
    key: item.key,
    bucket: item.group.bucket,
    objectKey: item.group.key,
    winner: {id: winner.id, fetchedAt: winner.fetchedAt, type: winner.type},
    columns: [...facts.columns],
    losers: losers.map(({id, row}) => ({id, row: [...row]})),
    moves: facts.references.flatMap((reference, at) => movesOf(reference, moving[at] ?? [], losers)),
    drops: deletes
      ? facts.references.flatMap((reference, at) => dropsOf(reference, dropped[at] ?? [], losers))
      : [],
    deletes,
    type: deletes ? (known?.type ?? null) : null,
  };
  if (deletes) return {action: 'delete', change};
  return change.moves.length === 0 ? {action: 'unchanged'} : {action: 'update', change};
}

function withoutDropped(rows: readonly Naming[], dropped: readonly Rival[]): readonly Naming[] {
  const gone = new Set(dropped.map(placeOf));
  return rows.filter(row => !gone.has(placeOf(row)));
}

/** What has to come back exactly as it was. */
function valuesOf(of: Member | Naming | Rival): readonly Encoded[] {
  return [...('row' in of ? of.row : []), ...('identity' in of ? of.identity : [])];
}

function movesOf(
  {table, column, identity}: Reference,
  rows: readonly Naming[],
  losers: readonly Member[],
): readonly Moves[] {
  if (rows.length === 0) return [];
  const places = new Map(losers.map(({id}, at) => [id, at]));
  return [
    {
      table,
      column,
      identity: [...identity],
      rows: rows.map(row => [places.get(row.artifact) ?? -1, ...row.identity]),
    },
  ];
}

function dropsOf(
  {table, column, columns, identity}: Reference,
  dropped: readonly Rival[],
  losers: readonly Member[],
): readonly Drops[] {
  if (dropped.length === 0) return [];
  const places = new Map(losers.map(({id}, at) => [id, at]));
  const rows = dropped.map(({artifact, identity: told, row}) => ({
    loser: places.get(artifact) ?? -1,
    told: [...told],
    row: [...row],
  }));
  return [{table, column, identity: [...identity], columns: [...columns], rows}];
}

/** A row that others name is never deleted, whatever the rule; nor is one that only a compound key tells apart. */
function isNamedElsewhere({references}: ArtifactsFacts, {reference}: Collision): boolean {
  const found = references[reference];
  return found?.isNamed !== false || found.rowid === null;
}

function choicesFor({group}: GroupItem, {conflicts}: Io<ArtifactsCleanup>['options']): Around['choices'] {
  const {lostType, collision, groups} = conflicts;
  return {lostType, collision, ...groups[groupKey(group)]};
}

function textOf(type: Encoded): string | null {
  const value = readable(type);
  return value === null ? null : String(value);
}

function typeText(type: Encoded): string {
  return textOf(type) ?? 'NULL';
}

function lostTypeText({group}: GroupItem, winner: Member, loser: Member): string {
  return `its newest row ${readable(winner.id)} is of type ${typeText(winner.type)}, and ${readable(loser.id)}, which would go, of ${typeText(loser.type)}: the type would be lost. Set options.artifacts.conflicts.lostType to take-known, or that of groups["${groupKey(group)}"]`;
}

/** The foreign key takes it for the same, so it would go along; and re-pointed it would not come back as it was. */
function otherwiseText({otherwise, artifact}: Naming, reference: Reference | undefined): string {
  const place = `${reference?.table}.${reference?.column}`;
  const [there, here] = [otherwise, artifact].map(value => `${String(readable(value))} (${kindOf(value)})`);
  return `a row of ${place} names it as ${there}, and its id is ${here}: write the one as the other is, then run the clean-up again`;
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

function collisionText(
  {group}: GroupItem,
  {reference, index, rows}: Collision,
  facts: ArtifactsFacts,
): string {
  const found = facts.references[reference];
  const table = found?.table ?? '';
  const remedy =
    found?.isNamed === true
      ? `Other tables refer to ${table}: mend the two rows by hand`
      : `Set options.artifacts.conflicts.collision to keep-winners, or that of groups["${groupKey(group)}"]`;
  return `two rows of ${table} would be the same under one artifact, which ${index} forbids: ${rows.join(' and ')}. ${remedy}`;
}
