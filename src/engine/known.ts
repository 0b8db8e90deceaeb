import type {Entry} from '../core/entry.ts';
import type {KeyRange} from '../core/keys.ts';
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
): Promise<KnownRange> {
  const planned = plan === null ? [] : await ledger.pages.between(plan.run, 'plan', range);
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
