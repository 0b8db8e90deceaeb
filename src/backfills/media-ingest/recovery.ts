import {z} from 'zod';
import type {Reader} from '../../databases/database.ts';
import type {Recovery} from '../backfill.ts';
import {hasMediaAssets} from './probe.ts';

/** A catalogue that two programs have doubled: stop them, see how bad it is, mark what is there twice. Nothing is deleted. */
export const mediaRecovery: Recovery = {
  name: 'media-ingest',
  measures: 'media-ingest',
  runs: ['media-doubles'],
  mends: ['one-row-per-version'],
  watch,
};

/** Both programs insert, and neither does anything else. */
async function watch(target: Reader): Promise<Readonly<Record<string, string>>> {
  if (!(await hasMediaAssets(target))) return {};
  const [row] = await target.query(
    'SELECT count(*) AS rows, CAST(max(ingested_at) AS TEXT) AS newest FROM media_assets',
  );
  const {rows, newest} = z.object({rows: z.number(), newest: z.string().nullable()}).parse(row);
  return {'rows of media_assets': String(rows), 'newest ingested_at': newest ?? ''};
}
