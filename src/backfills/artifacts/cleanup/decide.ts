import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import type {Probe} from '../../../core/probe.ts';
import {number} from '../../../core/words.ts';
import type {Inspected, Io} from '../../backfill.ts';
import {decoded, type Encoded, encoded, isExact, readable} from '../exact.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';
import {groupKey} from '../group-key.ts';
import {quoted, saysNothing} from '../names.ts';
import {textIn} from '../text-in.ts';
import type {Drops, GroupChange, Moves} from './change.ts';
import type {ArtifactsCleanup} from './cleanup.ts';
import {type Collision, collisionsIn, leavingOf, placeOf, type Rival} from './collisions.ts';
import {type GroupItem, joined, rowsInPart, withKnown} from './list.ts';

/** The rows of a group as they are now, the winner first. */
interface Member {
  readonly id: string;
  readonly fetchedAt: Encoded;
  readonly type: Encoded;
  readonly row: readonly Encoded[];
}

/** A row that names a loser. */
interface Naming {
  /** Which of the page's items. */
  readonly at: number;
  /** Encoded id of the loser, as artifacts has it. */
  readonly artifact: string;
  readonly identity: readonly Encoded[];
}

/** One decision for each group: what a transaction has to do, or why it is left alone. A read for each table, for all groups. */
export async function decideGroups(
  page: readonly Inspected<ArtifactsCleanup>[],
  io: Io<ArtifactsCleanup>,
  {facts}: Probe<ArtifactsFacts>,
): Promise<readonly Decision<GroupChange>[]> {
  const items = page.map(({item}) => item);
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
  return found?.isNamed !== false || !found.hasRowid;
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

const memberRow = z.looseObject({at: z.number()});

/** The rows by their ids, each group in the order in which one of them wins. */
async function readMembers(
  items: readonly GroupItem[],
  {target}: Pick<Io<ArtifactsCleanup>, 'target'>,
  facts: ArtifactsFacts,
): Promise<readonly (readonly Member[])[]> {
  const found: Member[][] = items.map(() => []);
  const [id, fetchedAt] = [quoted(facts.id), quoted(facts.fetchedAt)];
  const columns = facts.columns.map((name, index) => `${encoded(`row.${quoted(name)}`)} AS c${index}`);
  const rows = await target.query(
    `WITH ids AS MATERIALIZED (
       SELECT item.key AS at, ${decoded('one.value')} AS id,
         json_extract(item.value, '$.bucket') AS bucket, json_extract(item.value, '$.key') AS key
       FROM json_each(?) AS item, json_each(item.value, '$.ids') AS one
     )
     SELECT ids.at AS at, ${columns.join(', ')}
     FROM ids
     CROSS JOIN artifacts AS row ON row.${id} = ids.id
     WHERE row.${quoted(facts.bucket)} = ids.bucket AND row.${quoted(facts.key)} = ids.key
     ORDER BY ids.at, row.${fetchedAt} DESC, row.${id} DESC`,
    [JSON.stringify(items.map(({ids, group}) => ({ids, ...group})))],
  );
  const place = (name: string) => facts.columns.indexOf(name);
  for (const row of rows) {
    const values = facts.columns.map((_, index) => textIn(row, `c${index}`));
    const of = (name: string) => values[place(name)] ?? null;
    found[memberRow.parse(row).at]?.push({
      id: of(facts.id) ?? '',
      fetchedAt: of(facts.fetchedAt),
      type: of(facts.sourceType),
      row: values,
    });
  }
  return found;
}

/** The rows of one table that name a loser of a group, or those of its part. */
async function readNaming(
  items: readonly GroupItem[],
  members: readonly (readonly Member[])[],
  {target}: Pick<Io<ArtifactsCleanup>, 'target'>,
  facts: ArtifactsFacts,
  referenceAt: number,
): Promise<readonly Naming[]> {
  const reference = facts.references[referenceAt];
  if (reference === undefined) throw new RangeError(`no reference ${referenceAt}`);
  const whole = items.flatMap((item, at) => (isOther(item, referenceAt, reference) ? [] : [{item, at}]));
  const parts = whole.filter(({item}) => item.part !== null && item.part.reference !== null);
  const wholes = whole.filter(entry => !parts.includes(entry));
  const losersOf = (at: number) => (members[at] ?? []).slice(1).map(({id}) => id);
  const rows = await Promise.all([
    wholes.length === 0
      ? []
      : target.query(namingSql(facts, reference, null), [
          JSON.stringify(wholes.flatMap(({at}) => losersOf(at).map(id => [at, id]))),
        ]),
    ...parts.map(({item, at}) =>
      target.query(namingSql(facts, reference, reference.order), [
        JSON.stringify(losersOf(at).map(id => [at, id])),
        item.part?.from ?? null,
      ]),
    ),
  ]);
  return rows.flat().map(row => ({
    at: memberRow.parse(row).at,
    artifact: textIn(row, 'artifact') ?? '',
    identity: reference.identity.map((_, index) => textIn(row, `i${index}`)),
  }));
}

/** The part is of another table's rows; the last is of those that the parts before it could not go through. */
function isOther({part, takesRest}: GroupItem, referenceAt: number, {order}: Reference): boolean {
  if (part === null) return false;
  return part.reference === null ? order !== null && takesRest !== true : part.reference !== referenceAt;
}

function namingSql(facts: ArtifactsFacts, reference: Reference, order: string | null): string {
  const identity = reference.identity.map(
    (name, index) => `${encoded(`named.${quoted(name)}`)} AS i${index}`,
  );
  const slice =
    order === null
      ? ''
      : `WHERE named.${quoted(order)} >= ${decoded('?2')} ORDER BY named.${quoted(order)} LIMIT ${rowsInPart}`;
  const losers = `SELECT value->>0 AS at, ${decoded('value->>1')} AS id FROM json_each(?1)`;
  return `WITH losers AS MATERIALIZED (${withKnown(losers, facts)})
          SELECT losers.at AS at, ${[`${encoded('losers.id')} AS artifact`, ...identity].join(', ')}
          FROM ${joined(reference, 'losers')}
          ${slice}`;
}
