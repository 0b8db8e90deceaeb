import type {Tally} from '../core/accounting.ts';
import type {Drift} from '../core/drift.ts';
import {type Entry, entryOutcome, isChange, isOpen} from '../core/entry.ts';
import {Fault} from '../core/failure.ts';
import type {Statement} from '../core/sql.ts';
import type {UploadRecord} from '../core/uploads.ts';
import {upsertFingerprints} from './fingerprints.ts';
import {dropIntent, insertPage} from './page-statements.ts';
import {type SettledGroup, settleGroups} from './reached.ts';
import {addTallySql, tallyParams} from './records.ts';
import {toldText} from './told-text.ts';
import {forgetUploads, keepUploads} from './upload-statements.ts';

export interface Checkpoint {
  readonly run: string;
  readonly partition: string;
  readonly page: number;
  /** Settled, in key order. */
  readonly entries: readonly Entry[];
  readonly cursor: string;
  readonly delta: Tally;
  readonly drift: Drift;
  /** Who checkpoints: only the run's holder may; null where nobody holds it. */
  readonly holder: string | null;
  /** What is kept of the page: the decisions of a dry run, what is to be published, or the before-images of what was changed. */
  readonly keeps: 'plan' | 'staged' | 'image';
  /** The page's changes were committed with a mark. */
  readonly marked: boolean;
  /** The items were open before: those that no longer are leave the list. */
  readonly reopened: boolean;
  /** Whose fingerprints these are; null where none are kept. */
  readonly fingerprints: {readonly source: string; readonly target: string} | null;
  /** What the page says of contents that were uploaded to the target's providers: to be known from now on, or no more. */
  readonly uploads?: {
    readonly target: string;
    readonly keep: readonly UploadRecord[];
    readonly forget: readonly UploadRecord[];
  };
  /** What the page adds to the counts of groups, where items are counted by group. */
  readonly groups?: readonly SettledGroup[];
  readonly at: number;
}

/**
 * Refuses all of it where another process has taken the run over: the count becomes NULL, which its column refuses. SQLite
 * says `table.column`, Postgres names both in a sentence of its own language.
 */
export function isHolderRefusal(error: unknown): boolean {
  return (
    error instanceof Fault &&
    error.kind === 'refused' &&
    error.message.includes('checkpoints') &&
    error.message.includes('runs')
  );
}

/** One transaction of the ledger: counts, cursor, open items, plan or images, and the end of the page's intent. */
export async function checkpointStatements(checkpoint: Checkpoint): Promise<readonly Statement[]> {
  const {run, partition, page, entries, cursor, delta, drift, holder, at} = checkpoint;
  const isWhole = checkpoint.keeps === 'plan' || entries.every(isChange);
  const kept = isWhole ? entries : entries.filter(isChange);
  return [
    // First of all: whoever has lost the run is told that, and not that its page is there already.
    {
      sql: `UPDATE runs SET beat_at = ?, checkpoints = CASE WHEN holder IS NOT DISTINCT FROM ? THEN checkpoints + 1 END, drift_added = drift_added + ?, drift_gone = drift_gone + ?,
              drift_changed = drift_changed + ? WHERE id = ?`,
      params: [at, holder, drift.added, drift.gone, drift.changed, run],
    },
    dropIntent(run, partition),
    ...(kept.length === 0 ? [] : [await insertPage(run, checkpoint.keeps, partition, page, kept)]),
    {
      sql: `UPDATE partitions SET cursor = ?, page = CASE WHEN page < ?2 THEN ?2 ELSE page END,
              marked_page = CASE WHEN ?3 = 1 THEN ?2 ELSE marked_page END, ${addTallySql}
            WHERE run = ? AND id = ?`,
      params: [cursor, page, checkpoint.marked ? 1 : 0, ...tallyParams(delta), run, partition],
    },
    ...openItemStatements(checkpoint),
    ...(checkpoint.groups === undefined || checkpoint.groups.length === 0
      ? []
      : [settleGroups(run, checkpoint.groups)]),
    ...(checkpoint.fingerprints === null ? [] : upsertFingerprints(checkpoint.fingerprints, entries)),
    ...uploadStatements(checkpoint),
  ];
}

function uploadStatements({uploads}: Checkpoint): readonly Statement[] {
  if (uploads === undefined) return [];
  const {target, keep, forget} = uploads;
  return [
    ...(keep.length === 0 ? [] : [keepUploads(target, keep)]),
    ...(forget.length === 0 ? [] : [forgetUploads(target, forget)]),
  ];
}

function openItemStatements({run, partition, entries, reopened, at}: Checkpoint): readonly Statement[] {
  const open = entries.filter(isOpen);
  return [
    ...(reopened
      ? [
          {
            sql: 'DELETE FROM open_items WHERE run = ? AND key IN (SELECT atom FROM json_each(?))',
            params: [run, JSON.stringify(entries.map(entry => entry.key))],
          },
        ]
      : []),
    ...(open.length === 0 ? [] : [insertOpenItems(run, partition, open, at)]),
  ];
}

function insertOpenItems(run: string, partition: string, open: readonly Entry[], at: number): Statement {
  const items = open.map(entry => ({
    key: entry.key,
    outcome: entryOutcome(entry),
    kind: entry.fault?.kind ?? null,
    message: toldText(entry.fault?.message ?? entry.reason ?? ''),
    attempts: entry.attempts ?? 0,
  }));
  return {
    sql: `INSERT INTO open_items (run, key, partition, outcome, kind, message, attempts, at)
          SELECT ?, value->>'key', ?, value->>'outcome', value->>'kind', value->>'message',
            CAST(value->>'attempts' AS BIGINT), ?
          FROM json_each(?) WHERE true
          ON CONFLICT (run, key) DO UPDATE
          SET partition = excluded.partition, outcome = excluded.outcome, kind = excluded.kind,
            message = excluded.message, attempts = excluded.attempts, at = excluded.at`,
    params: [run, partition, at, JSON.stringify(items)],
  };
}
