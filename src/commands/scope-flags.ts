import type {z} from 'zod';
import type {AnyBackfill} from '../backfills/registry.ts';
import {OperatorError} from '../core/operator-error.ts';

/** What the fields of a scope are called on the command line. */
const flags = {
  prefix: ['--prefix'],
  collections: ['--collection'],
  dids: ['--did'],
  proofs: ['--proofs'],
  user: ['--user'],
  provider: ['--provider'],
  since: ['--since'],
  maxItems: ['--max-objects'],
  startAfter: ['--start-after', '--cursor'],
  bucket: ['--bucket'],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;

type Field = keyof typeof flags;
const fields = Object.keys(flags) as readonly Field[];

/** Says which flags a backfill does not take and which it does, and what is wrong with those that it takes. */
export function scopeError(
  {id, scope}: Pick<AnyBackfill, 'id' | 'scope'>,
  issues: readonly z.core.$ZodIssue[],
  isCursor: boolean,
): OperatorError {
  const flagOf = (field: PropertyKey) =>
    isCursor && field === 'startAfter' ? '--cursor' : (flags[field as Field]?.[0] ?? String(field));
  const foreign = issues.flatMap(issue => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  if (foreign.length > 0)
    return new OperatorError(
      'usage',
      `${id} takes no ${foreign.map(flagOf).join(' and no ')}`,
      `Leave ${foreign.length === 1 ? 'it' : 'them'} out: ${takenText(id, scope)}`,
    );
  const said = issues.map(
    ({path: [field = '', ...rest], message}) =>
      `${[flagOf(field), ...rest.map(String)].join('.')}: ${message}`,
  );
  return new OperatorError('usage', said.join('; '), 'headgate run --help lists the flags.');
}

function takenText(id: string, scope: z.ZodType): string {
  const all = Object.fromEntries(fields.map(field => [field, undefined]));
  const foreign = new Set(
    scope
      .safeParse(all)
      .error?.issues.flatMap(issue => (issue.code === 'unrecognized_keys' ? issue.keys : [])),
  );
  const taken = fields.filter(field => !foreign.has(field)).flatMap(field => flags[field]);
  return taken.length === 0 ? `${id} is not narrowed.` : `what narrows ${id} is ${taken.join(', ')}.`;
}
