import type {Breach, CoverageGroup} from '../../../core/checks.ts';
import {GroupNames} from '../../../core/group-names.ts';
import type {CheckIo, Invariant} from '../../invariant.ts';
import {pairs} from '../pairs.ts';
import {shown} from '../survey-rows.ts';
import type {MediaPrune} from './prune.ts';

interface Group {
  keys: number;
  keysThere: number;
  rows: number;
  rowsThere: number;
}

interface Survey {
  readonly groups: ReadonlyMap<string, Group>;
  readonly gone: {count: number; readonly sample: Breach[]};
}

const surveys = new WeakMap<object, Promise<Survey>>();

/** One pass over listing and catalogue together, from which coverage and the check of this backfill are read. */
function surveyOf(io: CheckIo<MediaPrune>): Promise<Survey> {
  const known = surveys.get(io);
  if (known !== undefined) return known;
  const fresh = survey(io);
  surveys.set(io, fresh);
  return fresh;
}

async function survey({source, target, scope, range, signal}: CheckIo<MediaPrune>): Promise<Survey> {
  const names = new GroupNames();
  const groups = new Map([['*', emptyGroup()]]);
  const gone = {count: 0, sample: [] as Breach[]};
  for await (const {key, object, rows} of pairs({source, target, prefix: scope.prefix, range, signal})) {
    if (rows === null) continue;
    const name = names.of(key);
    const group = groups.get(name) ?? emptyGroup();
    groups.set(name, group);
    // Without a source nothing is known to be gone.
    const isThere = source === null || object !== null;
    for (const each of [groups.get('*'), group]) {
      if (each === undefined) continue;
      each.keys++;
      each.keysThere += isThere ? 1 : 0;
      each.rows += rows.uids.length;
      each.rowsThere += isThere ? rows.uids.length : 0;
    }
    if (isThere) continue;
    gone.count++;
    if (gone.sample.length < shown)
      gone.sample.push({key, detail: `${rows.uids.length} in the catalogue, and no such object`});
  }
  return {groups, gone};
}

function emptyGroup(): Group {
  return {keys: 0, keysThere: 0, rows: 0, rowsThere: 0};
}

/** Of the keys of the catalogue, how many have an object. */
export async function* coverage(io: CheckIo<MediaPrune>): AsyncGenerator<CoverageGroup> {
  const {groups} = await surveyOf(io);
  const at = io.now();
  for (const [group, {keys, keysThere, rows, rowsThere}] of groups)
    yield {
      group,
      done: keysThere,
      total: keys,
      at,
      rows,
      rowsDone: rowsThere,
      ...(keys === keysThere ? {} : {missing: {'object gone': keys - keysThere}}),
    };
}

export const rowsWithoutObject: Invariant<MediaPrune> = {
  id: 'rows-without-object',
  title: 'every key of the catalogue has an object',
  severity: 'warning',
  reads: 'listing',
  why: 'A row whose object is gone leads to a file that can not be shown.',
  recovery:
    'Run media-prune: it asks for each object once more, and deletes the rows of those that are gone. headgate failures RUN says what it has left.',
  recovers: {as: 'dry-run'},
  measure: async io => (await surveyOf(io)).gone,
};
