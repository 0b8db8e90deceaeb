import {z} from 'zod';
import {jsonParts} from '../../../core/json-parts.ts';
import type {Invariant} from '../../invariant.ts';
import type {Marking} from '../marked-coverage.ts';
import {shown} from '../survey-rows.ts';
import type {MediaMetadata} from './metadata.ts';

/** A row of the catalogue whose metadata have been read. */
export const isRead: Marking = {
  unmarked: 'not read yet',
  marked: async (target, uids) => {
    const found = await Promise.all(
      jsonParts(uids).map(part =>
        target.query(
          'SELECT media_uid FROM media_metadata WHERE media_uid IN (SELECT value FROM json_each(?))',
          [part],
        ),
      ),
    );
    return new Set(found.flat().map(row => z.string().parse(row['media_uid'])));
  },
};

const rowsPerCheck = 100_000;
const bound = z.object({last: z.string().nullable(), rows: z.number()});
const strays = z.object({count: z.number(), first: z.string()}).transform(({count, first}) => ({
  count,
  first: z.array(z.string()).parse(JSON.parse(first)),
}));

export const metadataInvariants: readonly Invariant<MediaMetadata>[] = [
  {
    id: 'metadata-without-row',
    title: 'all metadata are those of a row of the catalogue',
    severity: 'warning',
    reads: 'rows',
    why: 'They are of use for nobody.',
    recovery:
      'That is usual after media-prune, whose undo needs them where they are. For good: DELETE FROM media_metadata WHERE media_uid NOT IN (SELECT media_uid FROM media_assets);',
    measure: async ({target, signal}) => {
      let count = 0;
      const sample: {key: string; detail: string}[] = [];
      for (let from = ''; ; ) {
        signal.throwIfAborted();
        const [end] = await target.query(
          `SELECT max(media_uid) AS last, count(*) AS rows
           FROM (SELECT media_uid FROM media_metadata WHERE media_uid > ? ORDER BY media_uid LIMIT ${rowsPerCheck})`,
          [from],
        );
        const {last, rows} = bound.parse(end);
        if (last === null) return {count, sample};
        const [found] = await target.query(
          `WITH stray AS MATERIALIZED (
             SELECT media_uid FROM media_metadata AS beside
             WHERE media_uid > ?1 AND media_uid <= ?2
               AND NOT EXISTS (SELECT 1 FROM media_assets AS row WHERE row.media_uid = beside.media_uid)
           )
           SELECT (SELECT count(*) FROM stray) AS count,
             (SELECT json_group_array(media_uid) FROM (SELECT media_uid FROM stray LIMIT ${shown})) AS first`,
          [from, last],
        );
        const stray = strays.parse(found);
        count += stray.count;
        for (const key of stray.first.slice(0, shown - sample.length))
          sample.push({key, detail: 'the catalogue has no such media_uid'});
        if (rows < rowsPerCheck) return {count, sample};
        from = last;
      }
    },
  },
];
