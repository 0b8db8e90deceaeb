import type {Breach} from '../../core/checks.ts';
import {GroupNames} from '../../core/group-names.ts';
import {Reservoir} from '../../core/reservoir.ts';
import type {StoredObject} from '../../stores/object-store.ts';
import type {CheckIo} from '../invariant.ts';
import type {AssetIndex} from './asset-index.ts';
import {causesAtOnce, countedPairs, explained, filtered, isMissing} from './missing.ts';
import type {Pair} from './pairs.ts';

/** One pass over listing and table together, from which coverage and the listing's invariants are read. */
export interface Survey {
  readonly whole: Group;
  /** By the name of a group (group-names.ts). */
  readonly groups: ReadonlyMap<string, Group>;
  readonly missing: readonly Breach[];
  readonly rowsWithoutObject: readonly Breach[];
  /** A random sample of objects whose row has a hash. */
  readonly sample: readonly Sampled[];
}

export interface Group {
  readonly rows: number;
  readonly rowsWithHash: number;
  readonly objects: number;
  readonly objectsWithHash: number;
  readonly rowsWithoutObject: number;
  readonly missing: Readonly<Record<string, number>>;
}

export interface Sampled {
  readonly object: StoredObject;
  readonly hash: string;
}

const shown = 20;

type Counting = {-readonly [K in keyof Group]: Group[K] extends number ? number : Record<string, number>};

const surveys = new WeakMap<object, Promise<Survey>>();

/** The survey of one verification; several checks share it. */
export function surveyOf(io: CheckIo<AssetIndex>): Promise<Survey> {
  const known = surveys.get(io);
  if (known !== undefined) return known;
  const fresh = survey(io);
  surveys.set(io, fresh);
  return fresh;
}

async function survey(io: CheckIo<AssetIndex>): Promise<Survey> {
  const whole = emptyGroup();
  const groups = new Map<string, Counting>();
  const missing: Breach[] = [];
  const rowsWithoutObject: Breach[] = [];
  const sample = new Reservoir<Sampled>(io.sample ?? 0, () => io.random());
  const names = new GroupNames();
  const groupOf = (key: string) => {
    const name = names.of(key);
    const group = groups.get(name) ?? emptyGroup();
    groups.set(name, group);
    return group;
  };
  let waiting: StoredObject[] = [];

  const explain = async () => {
    for (const {key, why} of await explained(io, waiting)) {
      for (const group of [whole, groupOf(key)]) group.missing[why] = (group.missing[why] ?? 0) + 1;
      if (why !== filtered && missing.length < shown) missing.push({key, detail: why});
    }
    waiting = [];
  };

  for await (const pair of countedPairs(io)) {
    for (const group of [whole, groupOf(pair.key)]) count(group, pair, io.source !== null);
    if (isMissing(pair)) waiting.push(pair.object);
    if (waiting.length >= causesAtOnce) await explain();
    if (isStray(pair, io.source !== null) && rowsWithoutObject.length < shown)
      rowsWithoutObject.push({key: pair.key, detail: 'the source has no such object'});
    if (pair.object !== null && pair.row !== null && pair.row.hash !== null)
      sample.offer({object: pair.object, hash: pair.row.hash});
  }
  await explain();
  return {whole, groups, missing, rowsWithoutObject, sample: sample.kept};
}

function isStray({object, row}: Pair, hasSource: boolean): boolean {
  return hasSource && row !== null && object === null;
}

function emptyGroup(): Counting {
  return {rows: 0, rowsWithHash: 0, objects: 0, objectsWithHash: 0, rowsWithoutObject: 0, missing: {}};
}

function count(group: Counting, pair: Pair, hasSource: boolean): void {
  const hasHash = pair.row !== null && pair.row.hash !== null;
  if (pair.row !== null) group.rows++;
  if (hasHash) group.rowsWithHash++;
  if (pair.object !== null && pair.object.skip === undefined) {
    group.objects++;
    if (hasHash) group.objectsWithHash++;
  }
  if (isStray(pair, hasSource)) group.rowsWithoutObject++;
}
