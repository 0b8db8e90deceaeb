import type {Breach} from '../../../core/checks.ts';
import type {CheckIo} from '../../invariant.ts';
import {shown} from '../checks/find-rows.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {firstSegment} from './classify.ts';
import type {ArtifactsInventory} from './inventory.ts';
import {type Pair, pairs} from './pairs.ts';

export interface Group {
  readonly rows: number;
  readonly knownRows: number;
  readonly objects: number;
  readonly done: number;
  readonly missing: Readonly<Record<string, number>>;
}

/** One pass over listing and table together, from which coverage and invariants G are read. */
export interface Survey {
  readonly whole: Group;
  readonly groups: ReadonlyMap<string, Group>;
  readonly rowsWithoutObject: {readonly count: number; readonly sample: readonly Breach[]};
  readonly objectsWithoutRow: {readonly count: number; readonly sample: readonly Breach[]};
}

const mostGroups = 1_000;
const otherGroups = '(other folders)';
const atRoot = '(root)';
const surveys = new WeakMap<object, Promise<Survey>>();

/** The survey of one verification; several checks share it. */
export function surveyOf(io: CheckIo<ArtifactsInventory>, facts: ArtifactsFacts): Promise<Survey> {
  const known = surveys.get(io);
  if (known !== undefined) return known;
  const fresh = survey(io, facts);
  surveys.set(io, fresh);
  return fresh;
}

type Counting = {-readonly [K in keyof Group]: Group[K] extends number ? number : Record<string, number>};

async function survey(io: CheckIo<ArtifactsInventory>, facts: ArtifactsFacts): Promise<Survey> {
  const whole = emptyGroup();
  const groups = new Map<string, Counting>();
  const stray = {count: 0, sample: [] as Breach[]};
  const missing = {count: 0, sample: [] as Breach[]};
  for await (const pair of pairs(io, facts)) {
    if (pair.object?.skip !== undefined && pair.rows === null) continue;
    for (const group of [whole, groupOf(groups, pair.key)]) count(group, pair, io.source !== null);
    if (io.source === null) continue;
    if (pair.object === null) note(stray, pair.key, 'the source has no such object');
    else if (pair.rows === null) note(missing, pair.key, 'artifacts has no row of it');
  }
  return {whole, groups, rowsWithoutObject: stray, objectsWithoutRow: missing};
}

function note(found: {count: number; sample: Breach[]}, key: string, detail: string): void {
  found.count++;
  if (found.sample.length < shown) found.sample.push({key, detail});
}

function groupOf(groups: Map<string, Counting>, key: string): Counting {
  const wanted = key.includes('/') ? `${firstSegment(key)}/` : atRoot;
  const name = groups.has(wanted) || groups.size < mostGroups ? wanted : otherGroups;
  const group = groups.get(name) ?? emptyGroup();
  groups.set(name, group);
  return group;
}

function emptyGroup(): Counting {
  return {rows: 0, knownRows: 0, objects: 0, done: 0, missing: {}};
}

function count(group: Counting, {object, rows}: Pair, hasSource: boolean): void {
  group.rows += rows?.rows ?? 0;
  group.knownRows += rows?.known ?? 0;
  if (!hasSource || object === null) return;
  group.objects++;
  const isKnown = rows !== null && rows.known === rows.rows;
  if (isKnown) group.done++;
  const cause = rows === null ? 'no row' : isKnown ? null : 'unknown type';
  if (cause !== null) group.missing[cause] = (group.missing[cause] ?? 0) + 1;
}
