import {allOf, quoted, type Statement} from '../../../core/sql.ts';
import {decoded, encoded} from '../../exact.ts';
import {type MetadataChange, type MetadataValues, metadataColumns} from './change.ts';

/** At most one insert and one update for a page, each row only while it is as it was decided on. */
export function commitMetadata(changes: readonly MetadataChange[]): readonly Statement[] {
  const moves = movesOf(changes);
  const inserts = moves.filter(({before}) => before === null);
  const updates = moves.filter(({before}) => before !== null);
  return [
    ...(inserts.length === 0 ? [] : [insertRows(inserts)]),
    ...(updates.length === 0
      ? []
      : [updateRows(updates.map(({before, ...move}) => ({...move, from: before})))]),
  ];
}

/** Rows that the run made go, those that it changed say again what they said, each only as the run left it. */
export function undoMetadata(changes: readonly MetadataChange[]): readonly Statement[] {
  const moves = movesOf(changes);
  const inserted = moves.filter(({before}) => before === null);
  const updated = moves.filter(({before}) => before !== null);
  return [
    ...(inserted.length === 0 ? [] : [deleteRows(inserted)]),
    ...(updated.length === 0
      ? []
      : [updateRows(updated.map(({before, to, ...move}) => ({...move, from: to, to: before})))]),
  ];
}

interface Move {
  readonly mediaUid: string;
  readonly key: string;
  readonly before: MetadataValues | null;
  readonly to: MetadataValues;
}

function movesOf(changes: readonly MetadataChange[]): readonly Move[] {
  return changes.flatMap(({key, rows, after}) => rows.map(row => ({...row, key, to: after})));
}

/** The rows of a page: media_uid, key of the object, then their values, and those that they have now. */
const moves = `headgate_moves AS MATERIALIZED (
  SELECT CAST(value->>0 AS TEXT) AS media_uid, value->>1 AS key,
    ${metadataColumns.map((name, index) => `value->>${index + 2} AS ${name}`).join(', ')},
    ${metadataColumns.map((name, index) => `value->>${index + 7} AS now_${name}`).join(', ')}
  FROM json_each(?1)
)`;

function paramOf(
  rows: readonly {
    readonly mediaUid: string;
    readonly key: string;
    readonly to: MetadataValues | null;
    readonly from: MetadataValues | null;
  }[],
): string {
  return JSON.stringify(
    rows.map(({mediaUid, key, to, from}) => [mediaUid, key, ...(to ?? nothing), ...(from ?? nothing)]),
  );
}

const nothing: MetadataValues = [null, null, null, null, null];

/** The key of a row's object; where a prune has taken the catalogue's row away since, only the page knows it. */
const keyOfRow = `coalesce(
  (SELECT CAST(row.b2_key AS TEXT) FROM media_assets AS row WHERE row.media_uid = media_metadata.media_uid),
  (SELECT headgate_moves.key FROM headgate_moves WHERE headgate_moves.media_uid = media_metadata.media_uid)
)`;

function isAs(row: string, prefix: string): string {
  return allOf(
    metadataColumns.map(name => `${encoded(`${row}.${quoted(name)}`)} IS headgate_moves.${prefix}${name}`),
  );
}

function insertRows(rows: readonly Move[]): Statement {
  const values = metadataColumns.map(name => decoded(`headgate_moves.${name}`));
  return {
    sql: `WITH ${moves}
          INSERT INTO media_metadata (media_uid, ${metadataColumns.join(', ')})
          SELECT headgate_moves.media_uid, ${values.join(', ')}
          FROM headgate_moves
          WHERE EXISTS (
            SELECT 1 FROM media_assets AS row
            WHERE row.media_uid = headgate_moves.media_uid AND row.b2_key = headgate_moves.key
          )
          ON CONFLICT (media_uid) DO NOTHING
          RETURNING ${keyOfRow} AS key`,
    params: [paramOf(rows.map(({before, ...row}) => ({...row, from: before})))],
    counts: 'inserted',
  };
}

function updateRows(rows: Parameters<typeof paramOf>[0]): Statement {
  const values = metadataColumns.map(name => `${name} = ${decoded(`headgate_moves.${name}`)}`);
  return {
    sql: `WITH ${moves}
          UPDATE media_metadata
          SET ${values.join(', ')}
          FROM headgate_moves
          WHERE media_metadata.media_uid = headgate_moves.media_uid AND ${isAs('media_metadata', 'now_')}
          RETURNING ${keyOfRow} AS key`,
    params: [paramOf(rows)],
    counts: 'updated',
  };
}

function deleteRows(rows: readonly Move[]): Statement {
  return {
    sql: `WITH ${moves}
          DELETE FROM media_metadata
          WHERE media_uid IN (
            SELECT row.media_uid
            FROM headgate_moves
            CROSS JOIN media_metadata AS row ON row.media_uid = headgate_moves.media_uid
            WHERE ${isAs('row', '')}
          )
          RETURNING ${keyOfRow} AS key`,
    params: [paramOf(rows.map(({before, ...row}) => ({...row, from: before})))],
    counts: 'deleted',
  };
}
