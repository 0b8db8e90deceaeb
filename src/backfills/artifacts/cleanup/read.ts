import {z} from 'zod';
import {quoted} from '../../../core/sql.ts';
import {decoded, type Encoded, encoded} from '../../exact.ts';
import {encodedRow, rowIn, textIn} from '../../row-text.ts';
import type {Io} from '../../shape.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';
import type {ArtifactsCleanup} from './cleanup.ts';
import {joined, withKnown} from './joined.ts';
import {type GroupItem, rowsInPart} from './list.ts';

/** What decisions are made from: the rows of each group, and those that name one of them. One query for each table. */

/** The rows of a group as they are now, the winner first. */
export interface Member {
  readonly id: string;
  readonly fetchedAt: Encoded;
  readonly type: Encoded;
  readonly row: readonly Encoded[];
}

/** A row that names a loser. */
export interface Naming {
  /** Which of the page's items. */
  readonly at: number;
  /** Encoded id of the loser, as artifacts has it. */
  readonly artifact: string;
  /** What stands in its column, where that is not what the id would be there; null where it is. */
  readonly otherwise: Encoded;
  readonly identity: readonly Encoded[];
}

const memberRow = z.looseObject({at: z.number()});

/** The rows by their ids, each group in the order in which one of them wins. */
export async function readMembers(
  items: readonly GroupItem[],
  {target}: Pick<Io<ArtifactsCleanup>, 'target'>,
  facts: ArtifactsFacts,
): Promise<readonly (readonly Member[])[]> {
  const found: Member[][] = items.map(() => []);
  const [id, fetchedAt] = [quoted(facts.id), quoted(facts.fetchedAt)];
  const columns = facts.columns.map(name => `row.${quoted(name)}`);
  const rows = await target.query(
    `WITH headgate_ids AS MATERIALIZED (
       SELECT item.key AS at, ${decoded('one.value')} AS id,
         json_extract(item.value, '$.bucket') AS bucket, json_extract(item.value, '$.key') AS key
       FROM json_each(?) AS item, json_each(item.value, '$.ids') AS one
     )
     SELECT headgate_ids.at AS at, ${encodedRow(columns)} AS "values"
     FROM headgate_ids
     CROSS JOIN artifacts AS row ON row.${id} = headgate_ids.id
     WHERE row.${quoted(facts.bucket)} = headgate_ids.bucket AND row.${quoted(facts.key)} = headgate_ids.key
     ORDER BY headgate_ids.at, row.${fetchedAt} DESC, row.${id} DESC`,
    [JSON.stringify(items.map(({ids, group}) => ({ids, ...group})))],
  );
  const place = (name: string) => facts.columns.indexOf(name);
  for (const row of rows) {
    const values = rowIn(row, 'values');
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
export async function readNaming(
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
    otherwise: textIn(row, 'otherwise'),
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
  const column = `named.${quoted(reference.column)}`;
  const otherwise = `CASE WHEN ${column} IS NOT headgate_losers.id COLLATE BINARY THEN ${encoded(column)} END`;
  const slice =
    order === null
      ? ''
      : `WHERE named.${quoted(order)} >= ${decoded('?2')} ORDER BY named.${quoted(order)} LIMIT ${rowsInPart}`;
  const losers = `SELECT value->>0 AS at, ${decoded('value->>1')} AS id FROM json_each(?1)`;
  return `WITH headgate_losers AS MATERIALIZED (${withKnown(losers, facts)})
          SELECT headgate_losers.at AS at, ${[`${encoded('headgate_losers.id')} AS artifact`, `${otherwise} AS otherwise`, ...identity].join(', ')}
          FROM ${joined(reference, 'headgate_losers')}
          ${slice}`;
}
