import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import {compareKeys, inRange, type KeyRange} from '../../../core/keys.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Statement} from '../../../core/sql.ts';
import {quoted} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import type {Backfill} from '../../backfill.ts';
import {readable} from '../../exact.ts';
import type {Inspected, Io, Item} from '../../shape.ts';
import {artifactFigures, summary} from '../checks/figures.ts';
import {coverageOfIndex} from '../checks/index-coverage.ts';
import {artifactInvariants} from '../checks/invariants.ts';
import {listGroups, lookupGroup} from '../cleanup/list.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {type ArtifactsOptions, artifactsOptions} from '../options.ts';
import {hasArtifacts, probeArtifacts} from '../probe.ts';
import {artifactRow} from '../row.ts';

/** The index, and every object with several rows, which keeps it from being made. */
interface IndexItem extends Item {
  /** Of an object with several rows; null for the index itself. */
  readonly ids: readonly string[] | null;
}

const indexChange = z.object({
  /** The name of the index. */
  key: z.string(),
  sql: z.string(),
});
type IndexChange = z.infer<typeof indexChange>;

const scope = z.strictObject({
  prefix: z.literal('', 'the index is of the whole table, so it takes no prefix').default(''),
});

export interface ArtifactsIndex {
  readonly scope: z.infer<typeof scope>;
  readonly options: ArtifactsOptions;
  readonly source: unknown;
  readonly facts: ArtifactsFacts;
  readonly item: IndexItem;
  readonly found: null;
  readonly change: IndexChange;
}

/** Makes the unique index that keeps an object from having several rows again; refused while one has. */
export const artifactsIndex: Backfill<ArtifactsIndex> = {
  id: 'artifacts-index',
  system: 'artifacts',
  title: 'a unique index on bucket and key',
  rehearsal: {
    reads: 'finds every object with several rows: while there is one, the index can not be made',
    predicts: 'the index, or what is in its way',
  },
  words: {
    items: ['index or obstacle', 'indexes and obstacles'],
    rows: ['row', 'rows'],
    done: {items: 'are in place', rows: 'are kept to one for each object'},
    reads: {source: '', target: 'its tables and indexes', verify: 'the target'},
    nothing: 'that can not be: the index itself is always listed.',
  },
  takes: {sources: ['target'], targets: ['sqlite', 'd1']},
  scope,
  options: artifactsOptions,
  found: z.null(),
  change: indexChange,
  migrations: 'artifacts',
  leavesChanged: true,
  inspects: false,

  // Indexes come and go in the course of the run itself, so its plan depends on the table alone.
  probe: ({target, options}) => probeArtifacts(target, 'rows', options),
  needsMigration: async target => !(await hasArtifacts(target)),
  async *partitions() {
    yield {lo: '', hi: null};
  },
  list,
  middle: async () => null,
  async lookup(key, {target}, probe) {
    if (target === undefined || probe === null) return null;
    if (key === nameOf(probe.facts)) return indexItem(probe.facts);
    const group = await lookupGroup(key, {target}, probe.facts);
    return group === null ? null : {...group, ids: group.ids};
  },
  host: () => 'target',
  inspect: async item => ({item, found: null, bytes: 0}),
  decide,
  commit: changes => changes.map(({key, sql}) => made(sql, key, 'inserted')),
  decideUndo,
  undo: changes => changes.map(({key}) => made(`DROP INDEX ${quoted(key)}`, key, 'deleted')),
  preview: ({sql}) => ({before: null, after: {index: sql}}),
  row: artifactRow,
  costs: ({facts: {rows}}) => ({
    rows: {count: rows, isLeast: false},
    written: {insert: rows, update: 0, delete: 1, page: 0},
    read: {insert: rows, update: 0, delete: 1, decideKnown: rows, decideMissing: 1},
    probe: rows,
    passes: {checks: {read: 4, rowsAtOnce: 100_000}, survey: {read: 1, rowsAtOnce: Math.max(1, rows)}},
  }),
  coverage: ({target, now}, {facts}) => coverageOfIndex({target, now}, facts),
  figures: {...summary, measure: ({target}, {facts}) => artifactFigures(target, facts)},
  invariants: probe => artifactInvariants<ArtifactsIndex>(probe.facts, 'artifacts-index'),
};

/** The one that is there, or the one that is to be made. */
function nameOf({uniqueIndex, taken}: ArtifactsFacts): string {
  if (uniqueIndex !== null) return uniqueIndex.name;
  const wanted = 'idx_artifacts_r2_bucket_r2_key';
  for (let time = 1; ; time++) {
    const name = time === 1 ? wanted : `${wanted}_${time}`;
    if (!taken.includes(name)) return name;
  }
}

function indexItem(facts: ArtifactsFacts): IndexItem {
  return {key: nameOf(facts), size: 0, fingerprint: 'listed', ids: null};
}

async function* list(
  range: KeyRange,
  {target, signal}: Io<ArtifactsIndex>,
  {facts}: Probe<ArtifactsFacts>,
): AsyncGenerator<readonly IndexItem[]> {
  const index = indexItem(facts);
  let isTold = !inRange(index.key, range);
  for await (const groups of listGroups(
    range,
    {target, scope: {prefix: ''}, signal},
    {...facts, references: []},
  )) {
    const behind = groups.findIndex(({key}) => compareKeys(key, index.key) > 0);
    if (isTold || behind === -1) yield groups;
    else {
      isTold = true;
      yield groups
        .toSpliced(behind, 0, {...index, rowBytes: 0, ids: [], group: {bucket: '', key: ''}, part: null})
        .map(asItem);
    }
  }
  if (!isTold) yield [index];

  function asItem(item: IndexItem): IndexItem {
    return item.key === index.key ? index : item;
  }
}

async function decide(
  page: readonly Inspected<ArtifactsIndex>[],
  {target}: Io<ArtifactsIndex>,
  {facts}: Probe<ArtifactsFacts>,
): Promise<readonly Decision<IndexChange>[]> {
  const isAsked = page.some(({item}) => item.ids === null);
  const several = isAsked && facts.uniqueIndex === null ? await countSeveral(target, facts) : 0;
  return page.map(({item}): Decision<IndexChange> => {
    if (item.ids !== null)
      return {
        action: 'conflict',
        reason: `it has ${item.ids.length} rows (${item.ids.map(id => readable(id)).join(', ')}): artifacts-cleanup leaves one`,
      };
    if (facts.uniqueIndex !== null) return {action: 'unchanged'};
    if (several > 0)
      return {
        action: 'conflict',
        reason: `${several === 1 ? '1 object has' : `${several} objects have`} several rows, which the index would forbid: run artifacts-cleanup first`,
      };
    const sql = `CREATE UNIQUE INDEX ${quoted(item.key)} ON artifacts (${quoted(facts.bucket)}, ${quoted(facts.key)})`;
    return {action: 'insert', change: {key: item.key, sql}};
  });
}

async function countSeveral(target: Reader, {bucket, key}: ArtifactsFacts): Promise<number> {
  const [row] = await target.query(
    `SELECT count(*) AS count FROM (
       SELECT 1 FROM artifacts
       WHERE ${quoted(bucket)} IS NOT NULL AND ${quoted(key)} IS NOT NULL
       GROUP BY ${quoted(bucket)}, ${quoted(key)}
       HAVING count(*) > 1
     )`,
  );
  return Number(row?.['count'] ?? 0);
}

function made(sql: string, makes: string, counts: 'inserted' | 'deleted'): Statement {
  return {sql, params: [], counts, makes};
}

/** An index is ours as long as it is the one that the run made. */
async function decideUndo(
  changes: readonly IndexChange[],
  {target}: Pick<Io<ArtifactsIndex>, 'target'>,
): Promise<readonly Decision<IndexChange>[]> {
  const rows = await target.query(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND name IN (SELECT value FROM json_each(?))",
    [JSON.stringify(changes.map(({key}) => key))],
  );
  const standing = new Map(rows.map(row => [row['name'], row['sql']]));
  return changes.map((change): Decision<IndexChange> => {
    const sql = standing.get(change.key);
    if (sql === undefined) return {action: 'unchanged'};
    if (sql === change.sql) return {action: 'delete', change};
    return {action: 'conflict', reason: 'the index of that name is another one than the run made'};
  });
}
