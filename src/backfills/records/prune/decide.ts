import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import type {Reader} from '../../../databases/database.ts';
import type {Inspected, Io} from '../../shape.ts';
import {moment} from '../rows.ts';
import type {PruneChange} from './change.ts';
import type {RecordsPrune} from './prune.ts';

/** What the repository still has is left alone; so is a row that was written again since it was listed. */
export async function decidePrune(
  page: readonly Inspected<RecordsPrune>[],
  {target}: Pick<Io<RecordsPrune>, 'target'>,
): Promise<readonly Decision<PruneChange>[]> {
  const gone = page.filter(({found}) => found.isGone);
  const rows =
    gone.length === 0
      ? new Map<string, Row>()
      : await readWhole(
          target,
          gone.map(({item}) => item.key),
        );
  return page.map(({item: {key, cid}, found: {isGone}}): Decision<PruneChange> => {
    if (!isGone) return {action: 'unchanged'};
    const row = rows.get(key);
    if (row === undefined) return {action: 'unchanged'};
    if (row.cid !== cid) return {action: 'conflict', reason: 'its row was written again since it was listed'};
    return {action: 'delete', change: {key, ...row}};
  });
}

/** A row can come back where there is none. */
export async function decideUndo(
  changes: readonly PruneChange[],
  {target}: Pick<Io<RecordsPrune>, 'target'>,
): Promise<readonly Decision<PruneChange>[]> {
  const rows = await readWhole(
    target,
    changes.map(({key}) => key),
  );
  return changes.map((change): Decision<PruneChange> => {
    const row = rows.get(change.key);
    if (row === undefined) return {action: 'insert', change};
    return row.cid === change.cid && row.indexedAt === change.indexedAt
      ? {action: 'unchanged'}
      : {action: 'conflict', reason: 'it was indexed again after the run'};
  });
}

type Row = Omit<PruneChange, 'key'>;

const rowSchema = z
  .object({uri: z.string(), cid: z.string(), indexed_at: z.string(), whole: z.string()})
  .transform(({uri, cid, indexed_at: indexedAt, whole: row}) => ({uri, row: {cid, indexedAt, row}}));

async function readWhole(target: Reader, uris: readonly string[]): Promise<ReadonlyMap<string, Row>> {
  const rows = await target.query(
    `SELECT row.uri, row.cid, ${moment('row.indexed_at')} AS indexed_at, to_jsonb(row)::text AS whole
     FROM jsonb_array_elements_text($1::jsonb) AS item (uri)
     JOIN records AS row ON row.uri = item.uri`,
    [JSON.stringify(uris)],
  );
  return new Map(rows.map(row => rowSchema.parse(row)).map(({uri, row}) => [uri, row]));
}
