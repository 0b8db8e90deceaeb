import type {Entry} from '../core/entry.ts';
import type {KeyRange} from '../core/keys.ts';
import type {Partition} from '../ledger/records.ts';
import type {RunContext} from './context.ts';

/** What is already known of the keys of a range: planned decisions, and what inspection found of which version. */
export interface KnownRange {
  readonly planned: ReadonlyMap<string, Entry>;
  /** What was found of a version; undefined where the item has to be inspected. */
  found(key: string, fingerprint: string | null): unknown;
}

export async function knownBetween(
  {ledger, plan, reuse, source, target, work}: RunContext,
  range: KeyRange,
  keys: readonly string[],
  partition: Pick<Partition, 'id' | 'kind'>,
): Promise<KnownRange> {
  const planned = plan === null ? [] : await ledger.pages.between(plan.run, 'plan', range, partOf(partition));
  const byKey = new Map(planned.map(entry => [entry.key, entry]));
  const fingerprints =
    reuse && work.keepsFingerprints
      ? await ledger.fingerprints.of(source, target, keys)
      : new Map<string, never>();
  return {
    planned: byKey,
    found: (key, fingerprint) => {
      if (fingerprint === null) return undefined;
      const entry = byKey.get(key);
      if (entry?.fingerprint === fingerprint && entry.found !== undefined)
        return work.parseFound(entry.found);
      const known = fingerprints.get(key);
      return known?.fingerprint === fingerprint ? work.parseFound(known.found) : undefined;
    },
  };
}

/** Whose pages a plan is looked up in: of a repository its own, by its name; else all that touch the keys. */
export function partOf({id, kind}: Pick<Partition, 'id' | 'kind'>): string | undefined {
  return kind === 'repository' ? id : undefined;
}
