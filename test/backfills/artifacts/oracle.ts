import type {Group} from '../../../src/backfills/artifacts/group-key.ts';
import type {Artifact} from '../../support/artifacts-schema.ts';

/** What a clean-up has to come to, worked out row by row and without any SQL. */

export interface Table {
  readonly artifacts: readonly Artifact[];
  readonly datapoints: readonly {
    readonly id: number;
    readonly of: number | null;
    readonly metric: string | null;
  }[];
  readonly citations: readonly {readonly id: string; readonly of: number}[];
}

export interface Rules {
  readonly lostType: 'leave' | 'take-known';
  readonly collision: 'leave' | 'keep-winners';
}

export interface Expected {
  /** By id: the type. */
  readonly artifacts: Readonly<Record<string, unknown>>;
  /** By id: which artifact it names. */
  readonly datapoints: Readonly<Record<string, unknown>>;
  readonly citations: Readonly<Record<string, unknown>>;
  readonly conflicts: readonly Group[];
  readonly cleaned: number;
  readonly orphans: number;
}

export function expectedOf(table: Table, rules: Rules): Expected {
  const types = new Map(table.artifacts.map(({id, type}) => [id, type ?? null]));
  const named = new Map(table.datapoints.map(({id, of}) => [id, of]));
  const cited = new Map(table.citations.map(({id, of}) => [id, of]));
  const conflicts: Group[] = [];
  let cleaned = 0;
  for (const rows of groupsOf(table.artifacts)) {
    const [winner, ...losers] = rows.toSorted(newestFirst);
    if (winner === undefined || losers.length === 0) continue;
    const known = isKnown(winner.type) ? undefined : losers.find(({type}) => isKnown(type));
    const ranks = new Map([winner, ...losers].map(({id}, rank) => [id, rank]));
    const members = table.datapoints
      .filter(({of}) => of !== null && ranks.has(of))
      .toSorted((a, b) => (ranks.get(a.of ?? 0) ?? 0) - (ranks.get(b.of ?? 0) ?? 0));
    const metrics = new Set<string>();
    const doubles = members.filter(({metric}) => {
      if (metric === null) return false;
      const isDouble = metrics.has(metric);
      metrics.add(metric);
      return isDouble;
    });
    const isLeft =
      (known !== undefined && rules.lostType === 'leave') ||
      (doubles.length > 0 && rules.collision === 'leave');
    if (isLeft) {
      conflicts.push({bucket: winner.bucket ?? '', key: winner.key ?? ''});
      continue;
    }
    cleaned++;
    for (const {id} of doubles) named.delete(id);
    for (const {id} of members) if (named.has(id)) named.set(id, winner.id);
    for (const [id, of] of cited) if (ranks.has(of)) cited.set(id, winner.id);
    for (const {id} of losers) types.delete(id);
    if (known !== undefined) types.set(winner.id, known.type ?? null);
  }
  const orphans = [...named.values()].filter(of => of !== null && !types.has(of)).length;
  return {
    artifacts: plain(types),
    datapoints: plain(named),
    citations: plain(cited),
    conflicts,
    cleaned,
    orphans,
  };
}

function groupsOf(artifacts: readonly Artifact[]): readonly (readonly Artifact[])[] {
  const named = artifacts.filter(({bucket, key}) => bucket !== null && key !== null);
  return [...Map.groupBy(named, ({bucket, key}) => JSON.stringify([bucket, key])).values()];
}

/** NULL is the oldest, then numbers, then texts by their bytes; of equals the greater id comes first. */
function newestFirst(a: Artifact, b: Artifact): number {
  return compareDates(b.at ?? null, a.at ?? null) || b.id - a.id;
}

function compareDates(a: string | number | null, b: string | number | null): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return rank(a) - rank(b);
}

function rank(date: string | number | null): number {
  return date === null ? 0 : typeof date === 'number' ? 1 : 2;
}

function isKnown(type: string | null | undefined): boolean {
  return type !== null && type !== undefined && type !== 'unknown';
}

function plain(map: ReadonlyMap<string | number, unknown>): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...map].map(([id, value]) => [String(id), value]));
}
