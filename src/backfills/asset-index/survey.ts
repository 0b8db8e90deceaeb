import type {Breach} from '../../core/checks.ts';
import {Reservoir} from '../../core/reservoir.ts';
import type {StoredObject} from '../../stores/object-store.ts';
import type {CheckIo} from '../backfill.ts';
import type {AssetIndex} from './asset-index.ts';
import {type Pair, pairs} from './pairs.ts';

/** One pass over listing and table together, from which coverage and the listing's invariants are read. */
export interface Survey {
  readonly whole: Group;
  /** By first path segment; what goes beyond `maxGroups` is counted together. */
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
const maxGroups = 1_000;
const otherGroups = '(other prefixes)';
/** Missing keys whose cause is looked up at once. */
const causesAtOnce = 1_000;

type Counting = {-readonly [K in keyof Group]: Group[K] extends number ? number : Record<string, number>};

/** Older than the scope asks for: not there, and not expected to be. */
export const filtered = 'filtered';

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
  let waiting: StoredObject[] = [];

  const explain = async () => {
    const causes = await io.causes(waiting.map(({key}) => key));
    for (const object of waiting) {
      const cause = causes.get(object.key) ?? causeOf(object, io.scope.since);
      for (const group of [whole, groupOf(groups, object.key)])
        group.missing[cause] = (group.missing[cause] ?? 0) + 1;
      if (cause !== filtered && missing.length < shown) missing.push({key: object.key, detail: cause});
    }
    waiting = [];
  };

  for await (const pair of pairs(io)) {
    if (pair.object?.skip !== undefined && pair.row === null) continue;
    for (const group of [whole, groupOf(groups, pair.key)]) count(group, pair, io.source !== null);
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

function isMissing(pair: Pair): pair is Pair & {readonly object: StoredObject} {
  return (
    pair.object !== null && pair.object.skip === undefined && (pair.row === null || pair.row.hash === null)
  );
}

function isStray({object, row}: Pair, hasSource: boolean): boolean {
  return hasSource && row !== null && object === null;
}

function causeOf(object: StoredObject, since: number | null): string {
  if (object.fault !== undefined) return 'failed';
  if (since !== null && object.modifiedAt < since) return filtered;
  return 'never listed';
}

function emptyGroup(): Counting {
  return {rows: 0, rowsWithHash: 0, objects: 0, objectsWithHash: 0, rowsWithoutObject: 0, missing: {}};
}

function groupOf(groups: Map<string, Counting>, key: string): Counting {
  const slash = key.indexOf('/');
  const name = slash === -1 ? '(root)' : key.slice(0, slash + 1);
  const place = groups.has(name) || groups.size < maxGroups ? name : otherGroups;
  const known = groups.get(place);
  if (known !== undefined) return known;
  const fresh = emptyGroup();
  groups.set(place, fresh);
  return fresh;
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
