import {z} from 'zod';

/** How a run was asked to work, as its settings in the ledger say. */
export interface RunOptions {
  /** Items a second; null is as the settings say. */
  readonly rate?: number | null;
  /** Read everything again, also what has not changed. */
  readonly fresh?: boolean;
}

const kept = z.looseObject({rate: z.number().nullable().default(null), fresh: z.boolean().default(false)});

/** As settings keep it: what was not asked for is as usual. */
export function optionsAs(
  usual: number | null,
  {rate = null, fresh = false}: RunOptions,
): Required<RunOptions> {
  return {rate: rate ?? usual, fresh};
}

/** How a run was asked to work when it was made. */
export function optionsOf({settings}: {readonly settings: unknown}): Required<RunOptions> {
  const {rate, fresh} = kept.parse(settings);
  return {rate, fresh};
}
