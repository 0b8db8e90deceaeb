import type {Tally} from '../core/accounting.ts';
import type {Entry} from '../core/entry.ts';
import type {Statement} from '../core/sql.ts';
import {insertPage} from './page-statements.ts';
import type {StoredPage} from './pages.ts';
import {addTallySql, tallyParams} from './records.ts';

/** A staged page of which the target has said what became of it. */
export interface PublishedPage {
  readonly run: string;
  readonly page: StoredPage;
  /** What was inserted; of the others the rows were there before. */
  readonly inserted: readonly Entry[];
  /** What that adds to the run's counts, and takes from its pending ones. */
  readonly delta: Tally;
  readonly holder: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * One transaction of the ledger: the staged page becomes before-images, and its items leave pending. Its partition may
 * have been folded into the run long ago, so the run itself is counted. Refused, as a checkpoint is, where another
 * process has taken the run over.
 */
export async function publishedStatements({
  run,
  page: {seq, partition, page},
  inserted,
  delta,
  holder,
  at,
}: PublishedPage): Promise<readonly Statement[]> {
  return [
    {
      sql: `UPDATE runs SET beat_at = ?, checkpoints = CASE WHEN holder IS NOT DISTINCT FROM ? THEN checkpoints + 1 END, ${addTallySql} WHERE id = ?`,
      params: [at, holder, ...tallyParams(delta), run],
    },
    {sql: 'DELETE FROM pages WHERE seq = ?', params: [seq]},
    ...(inserted.length === 0 ? [] : [await insertPage(run, 'image', partition, page, inserted)]),
  ];
}
