import {createHash} from 'node:crypto';
import {z} from 'zod';
import {OperatorError} from '../core/operator-error.ts';
import type {Job} from './job.ts';
import type {JobAsked} from './job-rows.ts';
import type {JobsContext} from './jobs-context.ts';

/** What somebody asks for. Nothing at all is every record lexicon that is marked for backfill. */
export interface JobOrder {
  readonly collection?: string;
  /** A DID or a handle. */
  readonly did?: string;
  readonly dids?: readonly string[];
}

/** What is read here of the scope of the backfill, which is its own matter. */
const narrowed = z.object({collections: z.array(z.string()), dids: z.array(z.string())});

/** What an order means: handles are DIDs, and everything that is wrong with it is told in one error. */
export async function askedBy(
  order: JobOrder,
  {engine, connection, rows}: Pick<JobsContext, 'engine' | 'connection' | 'rows'>,
): Promise<JobAsked> {
  const scope = connection.backfill.scope.parse({
    collections: order.collection === undefined ? [] : [order.collection],
    dids: accountsIn(order),
  });
  const {collections, dids} = narrowed.parse(await engine.complete(connection, scope));
  const [collection = null] = collections;
  if (collection === null && (await rows.lexicons()).length === 0)
    throw new OperatorError(
      'usage',
      'no collection is named, and the target has no lexicon that is marked for backfill',
      'Name one, or add a lexicon: headgate lexicon add FILE --target TARGET',
    );
  const [first = null, ...others] = dids;
  return {
    collection,
    did: others.length === 0 ? first : null,
    dids: others.length === 0 ? null : dids,
    identity: createHash('sha256')
      .update(JSON.stringify([collection, dids]))
      .digest('hex'),
  };
}

/** A list of nobody is refused as a blank one is, and does not mean everybody. */
function accountsIn({did, dids}: JobOrder): readonly string[] {
  const listed = dids?.length === 0 ? [''] : (dids ?? []);
  return did === undefined ? listed : [did, ...listed];
}

/**
 * The scope of a job's run. What every marked lexicon means is settled when the run begins, so that a lexicon which is
 * added later changes no run that rests.
 */
export async function scopeOf(
  {collection, did, dids}: Pick<Job, 'collection' | 'did' | 'dids'>,
  {connection, rows}: Pick<JobsContext, 'connection' | 'rows'>,
): Promise<unknown> {
  return connection.backfill.scope.parse({
    collections: collection === null ? await rows.lexicons() : [collection],
    dids: dids ?? (did === null ? [] : [did]),
  });
}
