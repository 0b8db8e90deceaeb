import {type AnyBackfill, findBackfill} from '../backfills/registry.ts';
import {OperatorError} from '../core/operator-error.ts';

/** What `headgate run media-ingest` does on top, each a run of its own with a plan and a way back. */
export interface VariantOptions {
  readonly lastSeen?: boolean;
  readonly metadata?: boolean;
  readonly staleReport?: boolean;
  readonly pruneStale?: boolean;
}

const variants = {
  lastSeen: {flag: '--last-seen', backfill: 'media-seen'},
  metadata: {flag: '--metadata', backfill: 'media-metadata'},
  staleReport: {flag: '--stale-report', backfill: 'media-prune'},
  pruneStale: {flag: '--prune-stale', backfill: 'media-prune'},
} as const satisfies Record<keyof VariantOptions, {readonly flag: string; readonly backfill: string}>;

const base = 'media-ingest';

/** The backfill that is meant: the one that is named, or one that a flag chooses beside it. */
export function chosenBackfill(id: string, options: VariantOptions): AnyBackfill {
  const given = Object.entries(variants).filter(([name]) => options[name as keyof VariantOptions] === true);
  const [first, second] = given.map(([, variant]) => variant);
  if (first === undefined) return findBackfill(id);
  if (second !== undefined)
    throw new OperatorError(
      'usage',
      `${first.flag} and ${second.flag} are two runs, each with a plan of its own`,
      'Give one of them, and then the other.',
    );
  if (id !== base)
    throw new OperatorError(
      'usage',
      `${first.flag} is for ${base}, and ${id} was named`,
      `headgate run ${base} ${first.flag} …`,
    );
  return findBackfill(first.backfill);
}
