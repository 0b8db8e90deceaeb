import {z} from 'zod';
import type {Repositories} from '../../repositories.ts';
import {repositories as ofRecords} from '../repositories.ts';
import type {RecordsPrune} from './prune.ts';

const didsAtOnce = 1_000;
const table = 'table';

/** Those that have rows: what no row is of, nothing can be pruned of. */
export const repositories: Repositories<RecordsPrune> = {
  ...ofRecords,
  streams: () => [{id: table, host: null, group: ''}],
  discover: async (_, cursor, {target, scope}, {facts}) => {
    const rows = await target.query(
      `SELECT DISTINCT did FROM records
       WHERE did > $1 AND collection IN (SELECT jsonb_array_elements_text($2::jsonb))
         AND ($3::jsonb = '[]' OR did IN (SELECT jsonb_array_elements_text($3::jsonb)))
       ORDER BY did LIMIT ${didsAtOnce}`,
      [cursor ?? '', JSON.stringify(facts.collections), JSON.stringify(scope.dids)],
    );
    const ids = rows.map(row => z.string().parse(row['did']));
    return {ids, cursor: ids.length < didsAtOnce ? null : (ids.at(-1) ?? null)};
  },
};
