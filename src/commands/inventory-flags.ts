import {resolve} from 'node:path';
import type {AnyBackfill} from '../backfills/registry.ts';
import {OperatorError} from '../core/operator-error.ts';
import {prefixOf} from '../core/scope.ts';
import {counted, durationText, number} from '../core/words.ts';
import type {RunConnection} from '../engine/connection.ts';
import {type TakenInventory, takeInventory} from '../engine/take-inventory.ts';
import {bucketFlags, type Ends, requireSource} from './ends.ts';
import {scopeOf} from './scope-options.ts';
import type {Session} from './session.ts';

/** A listing that is kept in a file, or read from one. */
export interface InventoryOptions {
  readonly inventoryIn?: string;
  readonly inventoryOut?: string;
}

interface Order extends InventoryOptions, Ends {
  readonly prefix?: string;
  readonly acceptShrunk?: number;
}

/**
 * The two ends of a run whose source may be an inventory: read from a file in the place of the bucket, or listed into one
 * first. Then the dry run, the live run and its verification all read that file, and the bucket is listed once.
 */
export async function connectWithInventory(
  session: Session,
  backfill: AnyBackfill,
  order: Order,
): Promise<RunConnection> {
  const {inventoryIn, inventoryOut} = order;
  if (inventoryIn === undefined && inventoryOut === undefined) return session.connect(backfill, order);
  requireInventories(backfill, order);
  if (inventoryIn !== undefined)
    return session.connect(backfill, {...order, source: inventoryNamed(inventoryIn)});
  const ends = session.endsOf(backfill, order);
  // Whoever may not write to the target is told before a bucket of a million objects is listed.
  const opened = await session.connectTarget(backfill, {target: ends.target});
  const file = inventoryOut ?? '';
  await take(session, backfill, {...order, ...ends}, file);
  return {...opened, source: await session.connections.source(inventoryNamed(file))};
}

function inventoryNamed(file: string): string {
  return `inventory:${resolve(file)}`;
}

function requireInventories({id, takes}: AnyBackfill, {source, inventoryIn, inventoryOut}: Order): void {
  const flag = inventoryIn === undefined ? '--inventory-out' : '--inventory-in';
  if (!takes.sources.includes('inventory'))
    throw new OperatorError('usage', `${id} reads no inventory, and ${flag} was given`, `Leave ${flag} out.`);
  if (inventoryIn !== undefined && inventoryOut !== undefined)
    throw new OperatorError(
      'usage',
      '--inventory-in reads an inventory in the place of the bucket, and --inventory-out lists the bucket into one',
      'Give one of them.',
    );
  if (inventoryIn !== undefined && source !== undefined)
    throw new OperatorError(
      'usage',
      `--inventory-in ${inventoryIn} is read in the place of a source, and --source ${source} was named as well`,
      'Give one of them.',
    );
}

async function take(session: Session, backfill: AnyBackfill, order: Order, path: string): Promise<void> {
  const {report, surroundings, config, connections} = session;
  const source = await connections.source(requireSource(order), bucketFlags(order));
  const options = config.options[backfill.system];
  // What narrows the run besides leaves things out of it, and not out of the inventory.
  const part = order.prefix === undefined ? {} : {prefix: order.prefix};
  const prefix = prefixOf(scopeOf({backfill, source}, part));
  const abort = new AbortController();
  const interrupted = new OperatorError('failed', `interrupted: ${path} is as it was`);
  surroundings.follow({interrupt: () => abort.abort(interrupted)});
  report.note(`listing ${source.label} into ${path}`);
  try {
    const taken = await takeInventory({
      source,
      prefix,
      path,
      share: backfill.shrinks?.(options ?? backfill.options.parse(undefined)) ?? 1,
      accepted: order.acceptShrunk ?? null,
      settings: config.settings,
      halt: abort.signal,
      random: surroundings.random,
      emit: ({host, waitMs, fault}) =>
        report.note(`${host}: ${fault.message}; again in ${durationText(waitMs / 1_000)}`),
    });
    report.data({type: 'inventory', file: path, ...taken}, [takenText(path, taken)]);
  } finally {
    surroundings.follow(null);
  }
}

function takenText(path: string, {objects, before, added, changed, gone, isNew}: TakenInventory): string {
  const total = `inventory ${path}: ${counted(objects, 'object')}`;
  if (before === null) return total;
  if (!isNew) return `${total}, the same as before: the file was left as it is`;
  return `${total}; ${number(added)} added, ${number(changed)} replaced and ${number(gone)} gone since the last one`;
}
