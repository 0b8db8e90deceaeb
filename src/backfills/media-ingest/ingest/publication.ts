import {z} from 'zod';
import {jsonParts} from '../../../core/json-parts.ts';
import type {Publication} from '../../publication.ts';
import type {MediaFacts} from '../facts.ts';
import {changeValues, type MediaChange} from './change.ts';

/**
 * D1 ends a request after 30 s. A local one publishes so many in 4 s (`npm run bench -- --media`); that one of Cloudflare's
 * is as fast nobody has measured, so seven times as long is left to it.
 */
const mostOnD1 = 250_000;

const flagged = z.object({b2_key: z.string(), is_new: z.number()});

/**
 * The staging table is kept in key order, so a page of it is appended, and rows are inserted in that order. A guard is an
 * insert into a column that takes no NULL: it refuses the whole transaction, and its message names the column.
 */
export const mediaPublication: Publication<MediaChange, MediaFacts> = {
  table: 'headgate_staged',
  most: {d1: mostOnD1},

  begin: () => [
    {sql: 'DROP TABLE IF EXISTS headgate_staged', params: []},
    {
      sql: `CREATE TABLE headgate_staged (
              b2_key TEXT NOT NULL PRIMARY KEY,
              run TEXT NOT NULL,
              media_uid TEXT NOT NULL,
              b2_file_id TEXT,
              size INTEGER NOT NULL,
              etag TEXT,
              ingested_at TEXT NOT NULL,
              is_new INTEGER NOT NULL DEFAULT 1
            ) WITHOUT ROWID`,
      params: [],
    },
  ],

  stage: (changes, run) => [
    {
      sql: `INSERT OR REPLACE INTO headgate_staged (media_uid, b2_key, b2_file_id, size, etag, ingested_at, run)
            SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, ?2
            FROM json_each(?1)`,
      params: [JSON.stringify(changes.map(changeValues)), run],
    },
  ],

  publish: staged => [
    {
      // Somebody else wrote to the staging table, or took it away and made it anew.
      sql: `INSERT INTO headgate_staged (b2_key, run, media_uid, size, ingested_at)
            SELECT NULL, '', '', 0, ''
            WHERE (SELECT count(*) FROM headgate_staged) <> ?`,
      params: [staged],
    },
    {
      sql: `UPDATE headgate_staged
            SET is_new = 0
            WHERE EXISTS (SELECT 1 FROM media_assets AS row WHERE row.media_uid = headgate_staged.media_uid)`,
      params: [],
    },
    {
      sql: `INSERT INTO media_assets (media_uid, b2_key, b2_file_id, size, etag, ingested_at)
            SELECT media_uid, b2_key, b2_file_id, size, etag, ingested_at
            FROM headgate_staged
            WHERE is_new = 1
            ORDER BY b2_key
            ON CONFLICT (media_uid) DO NOTHING`,
      params: [],
      counts: 'inserted',
      isSilent: true,
    },
    {
      // A trigger may have kept a row from being inserted without a word.
      sql: `INSERT INTO headgate_staged (b2_key, run, media_uid, size, ingested_at)
            SELECT '', '', NULL, 0, ''
            WHERE EXISTS (
              SELECT 1 FROM headgate_staged AS staged
              WHERE staged.is_new = 1
                AND NOT EXISTS (SELECT 1 FROM media_assets AS row WHERE row.media_uid = staged.media_uid)
            )`,
      params: [],
    },
  ],

  known: async (target, keys, run) => {
    const isThere = await target.query("SELECT 1 FROM sqlite_schema WHERE name = 'headgate_staged'");
    if (isThere.length === 0) return null;
    const rows = (
      await Promise.all(
        jsonParts(keys).map(part =>
          target.query(
            'SELECT b2_key, is_new FROM headgate_staged WHERE run = ? AND b2_key IN (SELECT value FROM json_each(?))',
            [run, part],
          ),
        ),
      )
    )
      .flat()
      .map(row => flagged.parse(row));
    if (rows.length < keys.length) return null;
    return new Set(rows.filter(({is_new: isNew}) => isNew === 0).map(({b2_key: key}) => key));
  },

  end: () => [{sql: 'DROP TABLE IF EXISTS headgate_staged', params: []}],
};
