import type {CoverageGroup, MissingItem} from '../../core/checks.ts';
import type {Probe} from '../../core/probe.ts';
import type {CheckIo} from '../invariant.ts';
import type {AssetFacts} from './facts.ts';
import {probeAssets} from './probe.ts';
import {countAssets} from './read-assets.ts';
import {type Surveyed, surveyed} from './survey.ts';
import type {Uploads} from './uploads.ts';

interface Counting {
  done: number;
  total: number;
  readonly missing: Record<string, number>;
}

/** Of the files, how many have their content at the provider, by folder; and of the user's rows, how many are there. */
export async function* coverage(
  io: CheckIo<Uploads>,
  probe: Probe<AssetFacts>,
): AsyncGenerator<CoverageGroup> {
  const {user, provider} = io.scope;
  const {rows, atProvider} = await countAssets(io.target, probe.facts, {user, provider});
  const groups = new Map<string, Counting>();
  const whole: Counting = {done: 0, total: 0, missing: {}};
  for await (const page of surveyed(io, probe)) {
    const causes = await causesOf(page, io);
    for (const file of page) {
      const group = groups.get(file.group) ?? {done: 0, total: 0, missing: {}};
      groups.set(file.group, group);
      for (const each of [whole, group]) count(each, file, causes);
    }
  }
  const at = io.now();
  const hasSource = io.source !== null;
  yield {
    group: '*',
    done: hasSource ? whole.done : atProvider,
    total: hasSource ? whole.total : rows,
    at,
    rows,
    rowsDone: atProvider,
    ...(hasSource ? {objects: whole.total, missing: whole.missing} : {}),
  };
  // A row is of a content, which may lie in several folders.
  for (const [group, {done, total, missing}] of groups)
    yield {group, done, total, at, objects: total, missing};
}

function count(into: Counting, {key, isThere, why}: Surveyed, causes: ReadonlyMap<string, string>): void {
  into.total++;
  if (isThere) into.done++;
  else {
    const cause = causes.get(key) ?? why;
    into.missing[cause] = (into.missing[cause] ?? 0) + 1;
  }
}

/** What the ledger says of those that are missing. */
function causesOf(page: readonly Surveyed[], io: CheckIo<Uploads>): Promise<ReadonlyMap<string, string>> {
  return io.causes(page.filter(({isThere}) => !isThere).map(({key}) => key));
}

/** The files of one group whose content is not at the provider, in key order. */
export async function* missingOf(
  io: CheckIo<Uploads>,
  group: string,
): AsyncGenerator<readonly MissingItem[]> {
  const probe = await probeAssets(io.target);
  for await (const page of surveyed(io, probe)) {
    const missing = page.filter(file => !file.isThere && (group === '*' || file.group === group));
    if (missing.length === 0) continue;
    const causes = await io.causes(missing.map(({key}) => key));
    yield missing.map(({key, why}) => ({key, why: causes.get(key) ?? why}));
  }
}
