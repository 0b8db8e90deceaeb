import {findBackfill} from '../backfills/registry.ts';
import {listedOf} from '../core/accounting.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {RunRecord} from '../ledger/records.ts';
import {encodeCursor} from './cursor.ts';
import {refuseDryRun} from './dry-run-only.ts';
import type {Ends} from './ends.ts';
import {scopeOf} from './scope-options.ts';
import type {Session} from './session.ts';

export interface BatchCommandOptions extends Ends {
  readonly limit?: number;
  readonly cursor?: string;
  readonly dryRun?: boolean;
  readonly prefix?: string;
  readonly takeOver?: string;
}

const defaultLimit = 100;
const namedErrors = 100;

/** The answer of one batch, as users of the original know it; `failed` is beside it with the true number. */
export interface BatchAnswer {
  readonly success: boolean;
  readonly total: number;
  readonly updated: number;
  readonly skipped: number;
  readonly failed: number;
  readonly cursor: string | null;
  readonly hasMore: boolean;
  readonly errors: readonly {readonly key: string; readonly error: string}[];
  readonly dry_run: boolean;
}

/** One page of the asset index in key order, without a plan: live unless it is a dry run. */
export async function batchCommand(
  session: Session,
  id: string,
  options: BatchCommandOptions,
): Promise<number> {
  if (id !== 'asset-index')
    throw new OperatorError(
      'usage',
      `batch ${id}: only asset-index has a one-batch contract`,
      'Use headgate run for the others.',
    );
  if (options.dryRun !== true) refuseDryRun(session, 'headgate batch without --dry-run');
  const backfill = findBackfill(id);
  const connection = await session.connect(backfill, options);
  const scope = scopeOf(connection, {
    ...(options.prefix === undefined ? {} : {prefix: options.prefix}),
    ...(options.cursor === undefined ? {} : {cursor: options.cursor}),
    maxObjects: options.limit ?? defaultLimit,
  });
  const {engine, surroundings} = session;
  const handle =
    options.dryRun === true
      ? await engine.rehearse(connection, scope, {})
      : await engine.unrehearsed(connection, scope, {});
  surroundings.follow(handle);
  const result = await handle.done.finally(() => surroundings.follow(null));
  if (result.error instanceof OperatorError) throw result.error;
  const answer = await answerOf(session, result.record, options.dryRun === true);
  surroundings.out(`${JSON.stringify(answer)}\n`);
  return exitCodeOf(result.endings);
}

async function answerOf({ledger}: Session, record: RunRecord, isDry: boolean): Promise<BatchAnswer> {
  const {tally, cappedAt} = record;
  const open = await ledger.openItems.after(record.id, '', namedErrors);
  const broken = await ledger.openItems.partitionFailures(record.id);
  return {
    success: open.length === 0 && broken.length === 0 && record.status === 'completed',
    total: listedOf(tally),
    updated: tally.inserted + tally.updated,
    skipped: tally.unchanged + tally.skipped,
    failed: tally.failed,
    cursor: cappedAt === null ? null : encodeCursor(cappedAt),
    hasMore: cappedAt !== null,
    errors: [
      ...broken.map(({message}) => ({key: '', error: message})),
      ...open.map(({key, message}) => ({key, error: message})),
    ],
    dry_run: isDry,
  };
}
