import type {Breach} from '../../../core/checks.ts';
import {GroupNames} from '../../../core/group-names.ts';
import type {StoredObject} from '../../../stores/object-store.ts';
import type {CheckIo} from '../../invariant.ts';
import {shown} from '../survey-rows.ts';
import type {MediaIngest} from './ingest.ts';
import {causesAtOnce, countedPairs, explained, filtered, hasRow} from './missing.ts';

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
    for (const {key, why} of await explained(io, waiting)) {
      for (const group of groupsOf(key)) group.missing[why] = (group.missing[why] ?? 0) + 1;
      if (why !== filtered) note(missing, key, why);
    }
    waiting = [];
  };
  for await (const pair of countedPairs(io)) {
    const isDone = hasRow(pair);
    for (const group of groupsOf(pair.key)) {
      group.rows += pair.rows?.uids.length ?? 0;
      group.objects += pair.object === null ? 0 : 1;
      group.done += isDone ? 1 : 0;
    }
    if (io.source !== null && pair.object === null)
      note(stray, pair.key, `${pair.rows?.uids.length ?? 0} in the catalogue, and no such object`);
    if (pair.object !== null && !isDone) waiting.push(pair.object);
    if (waiting.length >= causesAtOnce) await explain();
  }
  await explain();
  return {whole, groups, objectsWithoutRow: missing, rowsWithoutObject: stray};
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
