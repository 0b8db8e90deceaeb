import type {Decision} from '../../../core/entry.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Inspected, Io} from '../../shape.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';
import {groupKey} from '../group-key.ts';
import {saysNothing} from '../names.ts';
import type {Drops, GroupChange, Moves} from './change.ts';
import type {ArtifactsCleanup} from './cleanup.ts';
import {collisionsIn, leavingOf, placeOf, type Rival} from './collisions.ts';
import {
  type Around,
  collided,
  inexact,
  isTooLarge,
  lostType,
  namedOtherwise,
  textOf,
  tooLargeText,
  tooMany,
} from './conflicts.ts';
import type {GroupItem} from './list.ts';
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

function decideGroup(
  item: GroupItem,
  [winner, ...losers]: readonly Member[],
  around: Around,
): Decision<GroupChange> {
  const {facts, collisions, named} = around;
  if (isTooLarge(item)) return {action: 'conflict', reason: tooLargeText(item)};
  if (winner === undefined || losers.length === 0) return {action: 'unchanged'};
  const deletes = item.part === null || item.part.reference === null;
  const known = saysNothing(textOf(winner.type))
    ? losers.find(({type}) => !saysNothing(textOf(type)))
    : undefined;
  const dropped = facts.references.map((_, at) =>
    leavingOf(collisions.filter(({reference}) => reference === at)),
  );
  const moving = named.map((rows, at) => withoutDropped(rows, dropped[at] ?? []));
  const touched = [...losers, ...moving.flat(), ...dropped.flat()];
  const reason =
    (known === undefined ? null : lostType(item, winner, known, around)) ??
    collided(item, around) ??
    namedOtherwise(around) ??
    (deletes ? tooMany(moving) : null) ??
    inexact(touched);
  if (reason !== null) return {action: 'conflict', reason};
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

function choicesFor({group}: GroupItem, {conflicts}: Io<ArtifactsCleanup>['options']): Around['choices'] {
  const {lostType, collision, groups} = conflicts;
  return {lostType, collision, ...groups[groupKey(group)]};
}
