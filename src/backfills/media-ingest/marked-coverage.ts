import type {CoverageGroup} from '../../core/checks.ts';
import {GroupNames} from '../../core/group-names.ts';
import type {Reader} from '../../databases/database.ts';
import type {CheckIo} from '../invariant.ts';
import {uidsOf} from './identity.ts';
import type {MediaIngest} from './ingest/ingest.ts';
import {type Pair, pairs} from './pairs.ts';

/** What is kept of rows of the catalogue beyond what an ingest writes. */
export interface Marking {
  /** Those of some media_uids whose row has it. */
  marked(target: Reader, uids: readonly string[]): Promise<ReadonlySet<string>>;
  /** What coverage says of an object whose row has it not. */
  readonly unmarked: string;
}

/** What it needs of a check's surroundings, whichever backfill is checked. */
type CoverageIo = Pick<
  CheckIo<MediaIngest>,
  'source' | 'target' | 'scope' | 'range' | 'signal' | 'causes' | 'now'
>;

interface Counting {
  rows: number;
  rowsDone: number;
  objects: number;
  done: number;
  readonly missing: Record<string, number>;
}

const pairsAtOnce = 1_000;

/** Of the objects that are listed, how many have a marked row of their version; without a source, how many rows are. */
export async function* markedCoverage(io: CoverageIo, marking: Marking): AsyncGenerator<CoverageGroup> {
  const {source, target, scope, range, signal} = io;
  const names = new GroupNames();
  const groups = new Map([['*', counting()]]);
  let waiting: Pair[] = [];
  for await (const pair of pairs({source, target, prefix: scope.prefix, range, signal})) {
    if (pair.object?.skip !== undefined && pair.rows === null) continue;
    waiting.push(pair);
    if (waiting.length < pairsAtOnce) continue;
    await count(io, marking, waiting, names, groups);
    waiting = [];
  }
  await count(io, marking, waiting, names, groups);
  const at = io.now();
  for (const [group, {rows, rowsDone, objects, done, missing}] of groups)
    yield source === null
      ? {group, done: rowsDone, total: rows, at, rows, rowsDone}
      : {group, done, total: objects, at, rows, rowsDone, objects, missing};
}

async function count(
  io: CoverageIo,
  {marked, unmarked}: Marking,
  page: readonly Pair[],
  names: GroupNames,
  groups: Map<string, Counting>,
): Promise<void> {
  const uids = page.flatMap(({rows}) => rows?.uids ?? []);
  const has = uids.length === 0 ? new Set<string>() : await marked(io.target, uids);
  const causes = await io.causes(page.map(({key}) => key));
  for (const {key, object, rows} of page) {
    const name = names.of(key);
    const group = groups.get(name) ?? counting();
    groups.set(name, group);
    const known = new Set(rows?.uids);
    const versions = object === null ? [] : uidsOf(object).filter(uid => known.has(uid));
    const isDone = versions.some(uid => has.has(uid));
    const isFiltered = object !== null && io.scope.since !== null && object.modifiedAt < io.scope.since;
    const own = isFiltered ? 'filtered' : versions.length === 0 ? 'no row of its version' : unmarked;
    const why = causes.get(key) ?? own;
    for (const each of [groups.get('*'), group]) {
      if (each === undefined) continue;
      each.rows += known.size;
      each.rowsDone += [...known].filter(uid => has.has(uid)).length;
      if (object === null) continue;
      each.objects++;
      if (isDone) each.done++;
      else each.missing[why] = (each.missing[why] ?? 0) + 1;
    }
  }
}

function counting(): Counting {
  return {rows: 0, rowsDone: 0, objects: 0, done: 0, missing: {}};
}
