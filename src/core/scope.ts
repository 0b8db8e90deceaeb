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

/** A scope that means key order: its run keeps to one partition. */
export function isOrdered(scope: KeyScope): boolean {
  return scope.maxItems !== null || scope.startAfter !== '';
}

/** The scope as the flags that would ask for it again. */
export function scopeFlags(scope: KeyScope): readonly string[] {
  return [
    ...(scope.prefix === '' ? [] : ['--prefix', scope.prefix]),
    ...(scope.startAfter === '' ? [] : ['--start-after', scope.startAfter]),
    ...(scope.maxItems === null ? [] : ['--max-objects', String(scope.maxItems)]),
    ...(scope.since === null ? [] : ['--since', new Date(scope.since).toISOString()]),
  ];
}
