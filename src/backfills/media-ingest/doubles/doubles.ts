import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import {jsonParts} from '../../../core/json-parts.ts';
import type {KeyRange} from '../../../core/keys.ts';
import type {Finding, Probe} from '../../../core/probe.ts';
import type {Statement} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import {describeTable} from '../../../databases/schema.ts';
import type {Backfill} from '../../backfill.ts';
import type {Inspected, Io, Item, TargetIo} from '../../shape.ts';
import {doubledKeys, findDoubles} from '../doubled.ts';
import type {MediaFacts} from '../facts.ts';
import {mediaInvariants} from '../invariants.ts';
import {mediaRow} from '../media-row.ts';
import {type MediaOptions, mediaOptions} from '../options.ts';
import {probeMedia} from '../probe.ts';
import {rowsOfKeys} from '../read-rows.ts';
import {sqlTime} from '../sql-time.ts';
import {rowsSurveyOf} from '../survey-rows.ts';
import {type DoublesChange, doublesChange, previewDoubles} from './change.ts';
import {findMarks} from './find-marks.ts';

const scope = z.strictObject({
  prefix: z.literal('', 'doubles are looked for in the whole catalogue, so it takes no prefix').default(''),
});

export interface MediaDoubles {
  readonly scope: z.infer<typeof scope>;
  readonly options: MediaOptions;
  readonly source: unknown;
  readonly facts: MediaFacts;
  readonly item: Item;
  readonly found: null;
  readonly change: DoublesChange;
}

/** The way back from a doubled catalogue: what is there twice is marked in a table beside it, and nothing is deleted. */
export const mediaDoubles: Backfill<MediaDoubles> = {
  id: 'media-doubles',
  system: 'media-ingest',
  title: 'doubled rows → media_duplicates',
  rehearsal: {
    reads: 'finds every key of which one version has several rows',
    predicts: 'every mark, exactly; no row of media_assets is touched',
  },
  words: {
    items: ['key', 'keys'],
    rows: ['row', 'rows'],
    done: {items: 'have no unmarked double', rows: 'are no unmarked double'},
    reads: {source: '', target: 'its tables', verify: 'every row of the catalogue'},
    nothing: 'no version of an object has two rows.',
  },
  takes: {sources: ['target'], targets: ['sqlite', 'd1']},
  scope,
  options: mediaOptions,
  found: z.null(),
  change: doublesChange,
  migrations: 'media-doubles',
  leavesChanged: true,
  inspects: false,

  probe: probeDoubles,
  needsMigration: async target => (await describeTable(target, 'media_duplicates')) === null,
  async *partitions() {
    yield {lo: '', hi: null};
  },
  list,
  middle: async () => null,
  async lookup(key, {target}, probe) {
    if (target === undefined || probe === null) return null;
    const [row] = await target.query(doubledKeys(probe.facts, 'row.b2_key = ?1'), [key]);
    return row === undefined ? null : itemOf(key);
  },
  host: () => 'target',
  inspect: async item => ({item, found: null, bytes: 0}),
  decide,
  rowsOf: ({marks}) => marks.length,
  commit: changes => [insertMarks(changes)],
  decideUndo,
  undo: changes => [deleteMarks(changes)],
  preview: previewDoubles,
  async row(key, change, io) {
    const columns = await mediaRow(key, null, io);
    if (change === null) return {columns, is: null};
    const standing = await marksOf(io.target, [change]);
    return {columns, is: standing.has(key) ? 'after' : 'before'};
  },
  costs: ({facts: {rows}}) => ({
    rows: {count: rows, isLeast: false},
    written: {insert: 3, update: 0, delete: 1, page: 0},
    read: {insert: 2, update: 0, delete: 2, decideKnown: 2, decideMissing: 2},
    probe: rows,
    passes: {checks: {read: 2, rowsAtOnce: 100_000}, survey: {read: 1, rowsAtOnce: 100_000}},
  }),
  async *coverage({target, signal, now}, {facts}) {
    const {count} = await findDoubles(target, facts, signal);
    const [row] = await target.query('SELECT count(*) AS rows FROM media_assets');
    const {rows} = z.object({rows: z.number()}).parse(row);
    yield {group: '*', done: rows - count, total: rows, at: now(), rows, rowsDone: rows - count};
  },
  remembers: async (io, {facts}) => (await rowsSurveyOf(io, facts)).now,
  invariants: ({facts}) => mediaInvariants<MediaDoubles>(facts, 'media-doubles'),
};

async function probeDoubles({target, options, signal}: TargetIo<MediaDoubles>): Promise<Probe<MediaFacts>> {
  const probe = await probeMedia({source: null, target, options, signal});
  return probe.facts.hasDoubles || probe.facts.columns.length === 0
    ? probe
    : {...probe, findings: [...probe.findings, noTable]};
}

const noTable: Finding = {
  level: 'error',
  subject: 'target',
  message: 'there is no table media_duplicates, where doubles are marked',
  remedy: 'headgate migrate media-doubles --target TARGET makes it; nothing else is changed.',
};

const keysPerRead = 1_000;

async function* list(
  {lo, hi}: KeyRange,
  {target, signal}: Io<MediaDoubles>,
  {facts}: Probe<MediaFacts>,
): AsyncGenerator<readonly Item[]> {
  const keys = doubledKeys(
    facts,
    "row.b2_key > ?1 AND row.b2_key < x'' AND (?2 IS NULL OR row.b2_key <= ?2)",
  );
  for (let from = lo; ; ) {
    signal.throwIfAborted();
    const found = (await target.query(`${keys} ORDER BY key LIMIT ${keysPerRead}`, [from, hi])).map(row =>
      z.string().parse(row['key']),
    );
    yield found.map(itemOf);
    const last = found.at(-1);
    if (last === undefined || found.length < keysPerRead) return;
    from = last;
  }
}

function itemOf(key: string): Item {
  return {key, size: 0, fingerprint: null};
}

async function decide(
  page: readonly Inspected<MediaDoubles>[],
  io: Io<MediaDoubles>,
  {facts}: Probe<MediaFacts>,
): Promise<readonly Decision<DoublesChange>[]> {
  const rows = await rowsOfKeys(
    io.target,
    facts,
    page.map(({item}) => item.key),
  );
  const markedAt = sqlTime(io.now());
  return page.map(({item: {key}}): Decision<DoublesChange> => {
    const marks = findMarks(rows.get(key) ?? []);
    if (marks.length > 0) return {action: 'insert', change: {key, marks: [...marks], markedAt}};
    return {
      action: 'conflict',
      reason: 'it has more rows than versions, and their ids follow from nothing that they say: look at them',
    };
  });
}

/** Only while both rows are there. */
function insertMarks(changes: readonly DoublesChange[]): Statement {
  return {
    sql: `INSERT INTO media_duplicates (media_uid, b2_key, duplicate_of, family, marked_at)
          SELECT value->>0, value->>1, value->>2, value->>3, value->>4
          FROM json_each(?)
          WHERE EXISTS (SELECT 1 FROM media_assets WHERE media_uid = value->>0 AND b2_key = value->>1)
            AND EXISTS (SELECT 1 FROM media_assets WHERE media_uid = value->>2 AND b2_key = value->>1)
          ON CONFLICT (media_uid) DO NOTHING
          RETURNING b2_key AS key`,
    params: [marksParam(changes)],
    counts: 'inserted',
  };
}

function deleteMarks(changes: readonly DoublesChange[]): Statement {
  return {
    sql: `DELETE FROM media_duplicates
          WHERE (media_uid, b2_key, duplicate_of, family, marked_at) IN (
            SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?)
          )
          RETURNING b2_key AS key`,
    params: [marksParam(changes)],
    counts: 'deleted',
  };
}

function marksParam(changes: readonly DoublesChange[]): string {
  return JSON.stringify(changes.flatMap(valuesOf));
}

function valuesOf({key, marks, markedAt}: DoublesChange): readonly (readonly string[])[] {
  return marks.map(({mediaUid, duplicateOf, family}) => [mediaUid, key, duplicateOf, family, markedAt]);
}

async function decideUndo(
  changes: readonly DoublesChange[],
  {target}: Pick<Io<MediaDoubles>, 'target'>,
): Promise<readonly Decision<DoublesChange>[]> {
  const standing = await marksOf(target, changes);
  return changes.map((change): Decision<DoublesChange> => {
    const marks = standing.get(change.key) ?? [];
    if (marks.length === 0) return {action: 'unchanged'};
    if (marks.every(isAsWritten => isAsWritten) && marks.length === change.marks.length)
      return {action: 'delete', change};
    return {action: 'conflict', reason: 'its marks were changed after the run'};
  });
}

const standingRow = z.object({key: z.string(), same: z.number()});

/** By key: of each mark that is there, whether it is as the change wrote it. */
async function marksOf(
  target: Reader,
  changes: readonly DoublesChange[],
): Promise<ReadonlyMap<string, readonly boolean[]>> {
  const found = await Promise.all(
    jsonParts(changes.flatMap(valuesOf)).map(part =>
      target.query(
        `SELECT value->>1 AS key, (mark.b2_key, mark.duplicate_of, mark.family, mark.marked_at)
           IS (value->>1, value->>2, value->>3, value->>4) AS same
         FROM json_each(?)
         CROSS JOIN media_duplicates AS mark ON mark.media_uid = value->>0`,
        [part],
      ),
    ),
  );
  const byKey = new Map<string, boolean[]>();
  for (const {key, same} of found.flat().map(row => standingRow.parse(row)))
    byKey.set(key, [...(byKey.get(key) ?? []), same === 1]);
  return byKey;
}
