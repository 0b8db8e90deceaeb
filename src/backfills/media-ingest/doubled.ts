import {z} from 'zod';
import type {Breach} from '../../core/checks.ts';
import type {Reader} from '../../databases/database.ts';
import type {MediaFacts} from './facts.ts';
import {shown} from './survey-rows.ts';

/**
 * Doubles: rows that name one version of an object twice, under ids of several families. Two rows that are named by file
 * ids are two versions, also where their bytes are the same; beside one of them, a row that is named by the ETag of those
 * bytes is a double, and so is the second of two that are.
 */

/** SQL of a text without the quotes of an ETag, and without the mark of a weak one: what normaliseEtag makes of it. */
export function bareSql(text: string): string {
  const strong = `CASE WHEN substr(${text}, 1, 2) = 'W/' THEN substr(${text}, 3) ELSE ${text} END`;
  const isQuoted = `length(${strong}) > 1 AND substr(${strong}, 1, 1) = '"' AND substr(${strong}, -1) = '"'`;
  return `CASE WHEN ${isQuoted} THEN substr(${strong}, 2, length(${strong}) - 2) ELSE ${strong} END`;
}

/** SQL that is 1 where a row is named by a file id. */
export function namedByFileId(row: string): string {
  return `((${bareSql(`${row}.b2_file_id`)}) IS NOT (${bareSql(`${row}.etag`)}))`;
}

/** SQL of the keys with doubles that are not marked, and how many rows too many they have. */
export function doubledKeys({hasDoubles}: Pick<MediaFacts, 'hasDoubles'>, where: string): string {
  const isUnmarked = hasDoubles
    ? `NOT EXISTS (
         SELECT 1 FROM media_duplicates AS mark
         WHERE mark.media_uid = row.media_uid
           AND EXISTS (SELECT 1 FROM media_assets AS kept WHERE kept.media_uid = mark.duplicate_of)
       )`
    : 'true';
  return `SELECT b2_key AS key, sum(surplus) AS surplus
          FROM (
            SELECT row.b2_key AS b2_key,
              count(*) - max(sum(${namedByFileId('row')}), max(NOT ${namedByFileId('row')})) AS surplus
            FROM media_assets AS row
            WHERE row.etag IS NOT NULL AND ${where} AND ${isUnmarked}
            GROUP BY row.b2_key, ${bareSql('row.etag')}, row.size
            HAVING count(*) > 1
          )
          WHERE surplus > 0
          GROUP BY b2_key`;
}

const keysPerCheck = 100_000;
const chunkRow = z.object({last: z.string().nullable(), rows: z.number(), surplus: z.number()});
const breachRow = z.object({key: z.string(), surplus: z.number()});

/** Counts rows that double another and are not marked, some keys at a time, and shows the first. */
export async function findDoubles(
  target: Reader,
  facts: MediaFacts,
  signal: AbortSignal,
): Promise<{readonly count: number; readonly sample: readonly Breach[]}> {
  let count = 0;
  const sample: Breach[] = [];
  for (let from = ''; ; ) {
    signal.throwIfAborted();
    const [bound] = await target.query(
      `SELECT max(b2_key) AS last, count(*) AS rows, 0 AS surplus
       FROM (SELECT b2_key FROM media_assets WHERE b2_key > ? AND b2_key < x'' ORDER BY b2_key LIMIT ${keysPerCheck})`,
      [from],
    );
    const {last, rows} = chunkRow.parse(bound);
    if (last === null) return {count, sample};
    const within = doubledKeys(facts, 'row.b2_key > ?1 AND row.b2_key <= ?2');
    const [sum] = await target.query(
      `SELECT NULL AS last, 0 AS rows, COALESCE(sum(surplus), 0) AS surplus FROM (${within})`,
      [from, last],
    );
    const {surplus} = chunkRow.parse(sum);
    if (surplus > 0 && sample.length < shown)
      for (const row of await target.query(`${within} ORDER BY key LIMIT ${shown - sample.length}`, [
        from,
        last,
      ])) {
        const {key, surplus: more} = breachRow.parse(row);
        sample.push({key, detail: `${more} more ${more === 1 ? 'row' : 'rows'} than versions`});
      }
    count += surplus;
    if (rows < keysPerCheck) return {count, sample};
    from = last;
  }
}
