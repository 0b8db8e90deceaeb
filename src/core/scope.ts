import {z} from 'zod';

/** What a run is narrowed to, for backfills whose items have keys. */
export const keyScope = z.strictObject({
  prefix: z.string().default(''),
  /** Only keys beyond this one. */
  startAfter: z.string().default(''),
  /** At most so many items, in key order. */
  maxItems: z.int().min(1).nullable().default(null),
  /** Only items modified at or after this time, in milliseconds since the epoch. */
  since: z.number().nullable().default(null),
});

export type KeyScope = z.infer<typeof keyScope>;

const limits = z.looseObject({
  prefix: z.string().default(''),
  maxItems: z.number().nullable().default(null),
  startAfter: z.string().default(''),
  since: z.number().nullable().default(null),
});

/** The time that narrows a run, in milliseconds since the epoch; null where none does. */
export function sinceOf(scope: unknown): number | null {
  return limits.parse(scope).since;
}

const narrowing = z.looseObject({
  prefix: z.string().default(''),
  user: z.string().nullable().default(null),
  provider: z.string().nullable().default(null),
});

/** What a run is narrowed to beside its ends, as one text: its prefix, or where it uploads to and for whom. */
export function narrowedOf(scope: unknown): string {
  const {prefix, user, provider} = narrowing.parse(scope);
  return `${prefix}${user === null || provider === null ? '' : ` → ${provider} for user ${user}`}`;
}

/** Where a run uploads to, and for whom; null where that is not said. */
export function uploadsOf(scope: unknown): {readonly user: string | null; readonly provider: string | null} {
  const {user, provider} = narrowing.parse(scope);
  return {user, provider};
}

/** What narrowedOf tells, as SQL, of a column that holds scopes as JSON. */
export function narrowedSql(column: string): string {
  return `(COALESCE(${column}->>'prefix', '') || COALESCE(' → ' || (${column}->>'provider') || ' for user ' || (${column}->>'user'), ''))`;
}

/** What the keys of a run begin with. */
export function prefixOf(scope: unknown): string {
  return limits.parse(scope).prefix;
}

/** What the engine has to know of any scope: its cap, whether it means key order, and whether it leaves keys out. */
export function limitsOf(scope: unknown): {
  readonly cap: number | null;
  readonly startAfter: string;
  readonly ordered: boolean;
  readonly isPart: boolean;
} {
  const {prefix, maxItems, startAfter} = limits.parse(scope);
  const ordered = maxItems !== null || startAfter !== '';
  return {cap: maxItems, startAfter, ordered, isPart: ordered || prefix !== ''};
}
