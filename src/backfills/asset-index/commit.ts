import type {Probe} from '../../core/probe.ts';
import {allOf, quoted, type Statement} from '../../core/sql.ts';
import {contentType, type FileChange, uploaderId} from './change.ts';
import type {FilesFacts} from './probe.ts';

/**
 * The statements of a page: at most one insert, one update and one revision bump, each with all its rows in one JSON
 * parameter. They are guarded by the before-images: a row that somebody changed since the decision is left alone, and
 * the engine sees from RETURNING that it was.
 */
export function commitFiles(changes: readonly FileChange[], probe: Probe<FilesFacts>): readonly Statement[] {
  const inserts = changes.filter(change => change.before === null);
  const updates = changes.filter(change => change.before !== null);
  return [
    ...(inserts.length === 0 ? [] : [insertFiles(inserts, probe.facts)]),
    ...(updates.length === 0
      ? []
      : [updateFiles(updates.map(({key, before, after}) => ({key, from: before, to: after})))]),
    ...bumpRevision(probe),
  ];
}

/** Puts rows back: updated ones to what they were, inserted ones away, each only as the run left it. */
export function undoFiles(changes: readonly FileChange[], probe: Probe<FilesFacts>): readonly Statement[] {
  const inserted = changes.filter(change => change.before === null);
  const updated = changes.filter(change => change.before !== null);
  return [
    ...(inserted.length === 0 ? [] : [deleteFiles(inserted, probe.facts)]),
    ...(updated.length === 0
      ? []
      : [updateFiles(updated.map(({key, before, after}) => ({key, from: after, to: before})))]),
    ...bumpRevision(probe),
  ];
}

function insertFiles(changes: readonly FileChange[], {datesRows}: FilesFacts): Statement {
  const rows = changes.map(({key, after}) => ({key, ...after}));
  return {
    sql: `INSERT INTO files (key, size, content_type, content_hash, uploaded_at, uploader_id${datesRows ? ', created_at' : ''})
          SELECT value->>'key', value->>'size', '${contentType}', value->>'hash', value->>'uploadedAt',
            '${uploaderId}'${datesRows ? ", value->>'createdAt'" : ''}
          FROM json_each(?)
          WHERE true
          ON CONFLICT (key) DO NOTHING
          RETURNING key`,
    params: [JSON.stringify(rows)],
    counts: 'inserted',
  };
}

interface Move {
  readonly key: string;
  readonly from: object | null;
  readonly to: object | null;
}

function updateFiles(moves: readonly Move[]): Statement {
  return {
    sql: `UPDATE files
          SET content_hash = json_extract(moves.value, '$.to.hash'),
              size = json_extract(moves.value, '$.to.size'),
              uploaded_at = json_extract(moves.value, '$.to.uploadedAt')
          FROM json_each(?) AS moves
          WHERE files.key = json_extract(moves.value, '$.key')
            AND files.content_hash IS json_extract(moves.value, '$.from.hash')
            AND files.size IS json_extract(moves.value, '$.from.size')
            AND files.uploaded_at IS json_extract(moves.value, '$.from.uploadedAt')
          RETURNING files.key AS key`,
    params: [JSON.stringify(moves)],
    counts: 'updated',
  };
}

function deleteFiles(changes: readonly FileChange[], facts: FilesFacts): Statement {
  const rows = changes.map(({key, after}) => ({key, ...after}));
  return {
    sql: `DELETE FROM files
          WHERE key IN (
            SELECT row.key
            FROM json_each(?) AS gone
            CROSS JOIN files AS row ON row.key = gone.value->>'key'
            WHERE row.content_hash IS gone.value->>'hash'
              AND row.size IS gone.value->>'size'
              AND row.uploaded_at IS gone.value->>'uploadedAt'
              AND ${isAsInserted('row', 'gone.value', facts)}
          )
          RETURNING key`,
    params: [JSON.stringify(rows)],
    counts: 'deleted',
  };
}

/** SQL that is 1 while the columns that an insert did not choose by key still hold what it left in them, and else 0. */
export function isAsInserted(row: string, inserted: string, {datesRows, leftAlone}: FilesFacts): string {
  return allOf([
    `${row}.uploader_id IS '${uploaderId}'`,
    `${row}.content_type IS '${contentType}'`,
    ...(datesRows ? [`${row}.created_at IS ${inserted}->>'createdAt'`] : []),
    ...leftAlone.map(({column, is}) => `${row}.${quoted(column)} IS ${is}`),
  ]);
}

/** Clients poll the revision. It only rises, also when a run is undone. `updated_at` keeps the form that it has. */
function bumpRevision({facts}: Probe<FilesFacts>): readonly Statement[] {
  if (!facts.hasRevision) return [];
  return [
    {
      sql: `UPDATE asset_index_meta
            SET revision = revision + 1,
                updated_at = CASE typeof(updated_at)
                  WHEN 'text' THEN CURRENT_TIMESTAMP
                  ELSE CAST(unixepoch('subsec') * 1000 AS INTEGER)
                END
            WHERE id = 1`,
      params: [],
    },
  ];
}
