import {createHash} from 'node:crypto';
import {jsonParts} from '../../core/json-parts.ts';
import {quoted} from '../../core/sql.ts';
import {decoded} from '../exact.ts';
import type {CheckIo} from '../invariant.ts';
import type {Shape} from '../shape.ts';
import type {MediaFacts} from './facts.ts';
import {type PruneChange, pruneChange} from './prune/change.ts';
import {type MediaRow, mediaRow, rowColumns, rowsById} from './read-rows.ts';
import {type CatalogueMemory, digested, isBeyond} from './survey-rows.ts';

type PrunedIo = Pick<CheckIo<Shape>, 'target' | 'signal' | 'written' | 'remembered'>;

/**
 * The catalogue as far as it is remembered, with the rows that prunes have deleted since thought back into it. A prune's own
 * verification needs it, and the next run where a prune ended before it could remember what it left.
 */
export async function withPruned(
  io: PrunedIo,
  facts: MediaFacts,
  memory: CatalogueMemory,
): Promise<Pick<CatalogueMemory, 'rows' | 'digest'>> {
  const pruned = (await prunedRows(io, facts)).toSorted((a, b) => a.id - b.id);
  const hash = createHash('sha256');
  let next = 0;
  let rows = 0;
  const take = (row: MediaRow) => {
    if (isBeyond(row, memory)) return;
    hash.update(digested(row));
    rows++;
  };
  for await (const page of rowsById(io.target, facts, io.signal))
    for (const row of page) {
      for (let gone = pruned[next]; gone !== undefined && gone.id < row.id; gone = pruned[++next]) take(gone);
      take(row);
      // It is back: an undo that is not complete keeps the prune among those that stand.
      if (pruned[next]?.id === row.id) next++;
    }
  for (const gone of pruned.slice(next)) take(gone);
  return {rows, digest: hash.digest('hex')};
}

/** The rows that prunes since the memory deleted, or else the last prune, read by the database as it reads its own. */
async function prunedRows(io: PrunedIo, facts: MediaFacts): Promise<readonly MediaRow[]> {
  const {target, written} = io;
  const since = (await io.remembered())?.at ?? 0;
  let last: string | null = null;
  let changes: PruneChange[] = [];
  for await (const page of written('media-prune'))
    for (const {run, at, change} of page) {
      // One that began before the memory and ended after it is the last of them.
      if (run !== last && at <= since) changes = [];
      last = run;
      changes.push(pruneChange.parse(change));
    }
  const columns = changes[0]?.columns ?? [];
  if (!['media_uid', facts.id].every(name => columns.includes(name))) return [];
  const values = columns.map((name, index) => `${decoded(`value->>${index}`)} AS ${quoted(name)}`);
  const found = await Promise.all(
    jsonParts(changes.flatMap(({rows}) => rows.map(row => row.values))).map(part =>
      target.query(
        `WITH gone AS MATERIALIZED (SELECT ${values.join(', ')} FROM json_each(?))
         SELECT ${rowColumns(facts)}
         FROM gone AS row`,
        [part],
      ),
    ),
  );
  return found.flat().map(row => mediaRow.parse(row));
}
