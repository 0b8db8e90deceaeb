import {type Entry, isChange} from './entry.ts';

/**
 * Drift: how the world differs from a stored plan. Added items wait until they are accepted, gone ones are skipped,
 * changed decisions are counted and, past the limit, pause the run.
 */
export interface Drift {
  readonly added: number;
  readonly gone: number;
  readonly changed: number;
}

export const noDrift: Drift = {added: 0, gone: 0, changed: 0};

export interface DriftLimit {
  /** Share of the plan's items. */
  readonly share: number;
  /** Never fewer than so many items. */
  readonly least: number;
}

export const defaultDriftLimit: DriftLimit = {share: 0.01, least: 10};

export function driftAllowed(limit: DriftLimit, planned: number): number {
  return Math.max(limit.least, Math.floor(planned * limit.share));
}

export function addDrift(a: Drift, b: Drift): Drift {
  return {added: a.added + b.added, gone: a.gone + b.gone, changed: a.changed + b.changed};
}

export interface DriftedPage {
  readonly entries: readonly Entry[];
  readonly drift: Drift;
  /** The keys whose decision changed, to name them. */
  readonly changedKeys: readonly string[];
}

/**
 * Compares freshly decided entries with what was planned for the same keys. `signature` says what of a change was
 * reviewed: two changes with the same signature are the same decision. With `leaveChanged`, a change that was not
 * reviewed as it is now is left alone instead of made.
 */
export function applyDrift(
  entries: readonly Entry[],
  planned: ReadonlyMap<string, Entry>,
  signature: (entry: Entry) => string,
  {acceptNew, leaveChanged}: {readonly acceptNew: boolean; readonly leaveChanged: boolean},
): DriftedPage {
  const changedKeys: string[] = [];
  const held = new Map<string, Entry>();
  const hold = (entry: Entry) => {
    held.set(entry.key, entry);
    return entry;
  };
  let added = 0;
  const kept = entries.map(entry => {
    const plan = planned.get(entry.key);
    if (plan === undefined) {
      added++;
      return acceptNew ? entry : hold(waiting(entry));
    }
    if (plan.action === entry.action && signature(plan) === signature(entry)) return entry;
    changedKeys.push(entry.key);
    return leaveChanged && isChange(entry) ? hold(leftAlone(entry)) : entry;
  });
  return {entries: withHeld(kept, held), drift: {added, gone: 0, changed: changedKeys.length}, changedKeys};
}

/** What stands or falls with a change that is not made now is not done either. */
function withHeld(entries: readonly Entry[], held: ReadonlyMap<string, Entry>): readonly Entry[] {
  if (held.size === 0) return entries;
  return entries.map(entry => {
    const leader = entry.sameAs === undefined ? undefined : held.get(entry.sameAs);
    if (leader === undefined) return entry;
    const {key, bytes, fingerprint} = entry;
    return {...leader, key, bytes, fingerprint};
  });
}

function leftAlone({key, bytes, fingerprint}: Entry): Entry {
  return {key, bytes, fingerprint, action: 'conflict', reason: changedReason};
}

const changedReason = 'changed since the dry run: left as it is';

/** It is not decided on before it is accepted. */
export function waiting({key, bytes, fingerprint}: Pick<Entry, 'key' | 'bytes' | 'fingerprint'>): Entry {
  return {key, bytes, fingerprint, action: 'wait', reason: 'appeared since the dry run'};
}
