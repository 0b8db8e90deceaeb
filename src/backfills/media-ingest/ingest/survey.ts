import type {Breach} from '../../../core/checks.ts';
import {GroupNames} from '../../../core/group-names.ts';
import type {StoredObject} from '../../../stores/object-store.ts';
import type {CheckIo} from '../../invariant.ts';
import {uidsOf} from '../identity.ts';
import {type Pair, pairs} from '../pairs.ts';
import {shown} from '../survey-rows.ts';
import type {MediaIngest} from './ingest.ts';

export interface Group {
  readonly rows: number;
  readonly objects: number;
  /** Objects whose version has a row. */
  readonly done: number;
  readonly missing: Readonly<Record<string, number>>;
}

/** One pass over listing and catalogue together, from which coverage and the listing's invariants are read. */
export interface Survey {
  readonly whole: Group;
  readonly groups: ReadonlyMap<string, Group>;
  readonly objectsWithoutRow: Found;
  readonly rowsWithoutObject: Found;
}

interface Found {
  readonly count: number;
  readonly sample: readonly Breach[];
}

type Counting = {-readonly [K in keyof Group]: Group[K] extends number ? number : Record<string, number>};

const causesAtOnce = 1_000;
const surveys = new WeakMap<object, Promise<Survey>>();

/** The survey of one verification; several checks share it. */
export function surveyOf(io: CheckIo<MediaIngest>): Promise<Survey> {
  const known = surveys.get(io);
  if (known !== undefined) return known;
  const fresh = survey(io);
  surveys.set(io, fresh);
  return fresh;
}

async function survey(io: CheckIo<MediaIngest>): Promise<Survey> {
  const names = new GroupNames();
  const whole = emptyGroup();
  const groups = new Map<string, Counting>();
  const [missing, stray] = [counting(), counting()];
  let waiting: StoredObject[] = [];
  const groupsOf = (key: string) => {
    const name = names.of(key);
    const group = groups.get(name) ?? emptyGroup();
    groups.set(name, group);
    return [whole, group];
  };
  const explain = async () => {
    const causes = await io.causes(waiting.map(({key}) => key));
    for (const {key, modifiedAt} of waiting) {
      const isFiltered = io.scope.since !== null && modifiedAt < io.scope.since;
      const why = causes.get(key) ?? (isFiltered ? 'filtered' : 'never listed');
      for (const group of groupsOf(key)) group.missing[why] = (group.missing[why] ?? 0) + 1;
      if (!isFiltered) note(missing, key, why);
    }
    waiting = [];
  };
  const {source, target, scope, range, signal} = io;
  for await (const pair of pairs({source, target, prefix: scope.prefix, range, signal})) {
    if (pair.object?.skip !== undefined && pair.rows === null) continue;
    const isDone = hasRow(pair);
    for (const group of groupsOf(pair.key)) {
      group.rows += pair.rows?.uids.length ?? 0;
      group.objects += pair.object === null ? 0 : 1;
      group.done += isDone ? 1 : 0;
    }
    if (source !== null && pair.object === null)
      note(stray, pair.key, `${pair.rows?.uids.length ?? 0} in the catalogue, and no such object`);
    if (pair.object !== null && !isDone) waiting.push(pair.object);
    if (waiting.length >= causesAtOnce) await explain();
  }
  await explain();
  return {whole, groups, objectsWithoutRow: missing, rowsWithoutObject: stray};
}

function hasRow({object, rows}: Pair): boolean {
  if (object === null || rows === null) return false;
  const known = new Set(rows.uids);
  return uidsOf(object).some(uid => known.has(uid));
}

function emptyGroup(): Counting {
  return {rows: 0, objects: 0, done: 0, missing: {}};
}

function counting(): {count: number; sample: Breach[]} {
  return {count: 0, sample: []};
}

function note(found: {count: number; sample: Breach[]}, key: string, detail: string): void {
  found.count++;
  if (found.sample.length < shown) found.sample.push({key, detail});
}
