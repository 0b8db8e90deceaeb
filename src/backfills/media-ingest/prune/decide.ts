import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import type {Probe} from '../../../core/probe.ts';
import {quoted} from '../../../core/sql.ts';
import {isExact} from '../../exact.ts';
import type {Inspected, Io} from '../../shape.ts';
import type {MediaFacts} from '../facts.ts';
import {doubtOf} from './believable.ts';
import type {PruneChange} from './change.ts';
import type {MediaPrune} from './prune.ts';
import {columnsOf, goneParam, goneTable, isAsBefore, readWhole} from './rows.ts';

/** Deletes the rows of a key whose object was neither listed nor found when it was asked for once more. */
export async function decidePrune(
  page: readonly Inspected<MediaPrune>[],
  io: Io<MediaPrune>,
  {facts}: Probe<MediaFacts>,
): Promise<readonly Decision<PruneChange>[]> {
  const gone = page.filter(({found}) => !found.isThere).map(({item}) => item.key);
  const [doubt, rows] = await Promise.all([
    gone.length === 0 ? null : doubtOf(io),
    readWhole(io.target, facts, gone),
  ]);
  return page.map(({item: {key}, found}): Decision<PruneChange> => {
    if (found.isThere)
      return {action: 'skip', reason: 'its object is there, though the listing had left it out'};
    const whole = rows.get(key);
    if (whole === undefined) return {action: 'unchanged'};
    if (doubt !== null) return {action: 'conflict', reason: doubt};
    if (!whole.every(({values}) => values.every(isExact)))
      return {action: 'conflict', reason: 'its row holds a number that could not be put back exactly'};
    return {action: 'delete', change: {key, columns: [...columnsOf(facts)], rows: whole}};
  });
}

const standingRow = z.object({at: z.number(), rows: z.number(), back: z.number(), absent: z.number()});

/** The rows of a key come back together, where nothing has taken the place of one of them. */
export async function decideUndo(
  changes: readonly PruneChange[],
  {target}: Pick<Io<MediaPrune>, 'target'>,
  {facts}: Probe<MediaFacts>,
): Promise<readonly Decision<PruneChange>[]> {
  const columns = changes[0]?.columns ?? [];
  const lost = columns.filter(name => !columnsOf(facts).includes(name));
  if (lost.length > 0) {
    const reason = `media_assets has lost the column ${lost.join(', ')} since the run`;
    return changes.map(() => ({action: 'conflict', reason}));
  }
  const id = quoted(facts.id);
  const found = await target.query(
    `WITH ${goneTable}
     SELECT headgate_gone.at AS at, count(*) AS rows,
       sum(row.${id} IS NOT NULL AND ${isAsBefore('row', columns)}) AS back,
       sum(row.${id} IS NULL AND NOT EXISTS (
         SELECT 1 FROM media_assets AS other WHERE other.media_uid = headgate_gone.media_uid
       )) AS absent
     FROM headgate_gone
     LEFT JOIN media_assets AS row ON row.${id} = headgate_gone.id
     GROUP BY headgate_gone.at`,
    [goneParam(changes)],
  );
  const standing = new Map(found.map(row => standingRow.parse(row)).map(row => [row.at, row]));
  return changes.map((change, at): Decision<PruneChange> => {
    const {rows = 0, back = 0, absent = 0} = standing.get(at) ?? {};
    if (back === rows) return {action: 'unchanged'};
    if (back + absent === rows) return {action: 'insert', change};
    return {action: 'conflict', reason: 'another row has its id or its media_uid since the run'};
  });
}
