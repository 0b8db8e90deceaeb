import {z} from 'zod';
import type {CheckResult} from '../core/checks.ts';

/**
 * How many rows may break each invariant of a target: as many as when it was last measured, and never more. For targets
 * that can't be clean at once, in a scheduled job: what is broken already passes, what gets worse does not.
 */
export const ratchet = z.strictObject({
  target: z.string(),
  /** Rows by invariant. */
  allowed: z.record(z.string(), z.int().min(0)),
});
export type Ratchet = z.infer<typeof ratchet>;

export interface Ratcheted {
  /** Invariants that more rows break than may. */
  readonly grown: readonly {readonly id: string; readonly allowed: number; readonly count: number}[];
  /** What may be from now on: a count that fell stays down, one that grew is not let through. */
  readonly next: Ratchet;
}

/** An invariant that was never measured may be broken by as many rows as it is now. */
export function turn(before: Ratchet | null, target: string, checks: readonly CheckResult[]): Ratcheted {
  const known = before?.allowed ?? {};
  const grown = checks.flatMap(({id, count}) => {
    const allowed = known[id];
    return allowed !== undefined && count > allowed ? [{id, allowed, count}] : [];
  });
  const now = checks.map(({id, count}) => [id, Math.min(count, known[id] ?? count)] as const);
  const all = {...known, ...Object.fromEntries(now)};
  const allowed = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {grown, next: {target, allowed}};
}
