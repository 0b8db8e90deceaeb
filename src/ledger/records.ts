import {z} from 'zod';
import type {PartitionTally, Tally} from '../core/accounting.ts';
import {emptyTally, tallyNames} from '../core/accounting.ts';
import type {Drift} from '../core/drift.ts';
import {type RunMode, type RunStatus, runModes, runStatuses, type StopReason, stoppers} from '../core/run.ts';
import type {Row, SqlValue} from '../core/sql.ts';

/** The process that works on a run. `processStart` tells it from a later process with the same id. */
export interface Holder {
  /** Unique, and readable: who, where, which process. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly processStart: string;
}

/** What a run was asked to do. */
export interface RunOrder {
  readonly id: string;
  readonly backfill: string;
  readonly mode: RunMode;
  /** Identities of source and target, and how the operator names them. */
  readonly source: string;
  readonly target: string;
  readonly sourceLabel: string;
  readonly targetLabel: string;
  readonly targetName: string;
  readonly scope: unknown;
  /** Engine settings that shape the run, for a resume. */
  readonly settings: unknown;
  readonly schema: string;
  readonly configDigest: string;
  readonly program: string;
  readonly rehearsedBy: string | null;
  readonly undoes: string | null;
  /** rehearsed, unrehearsed, advisory … as shown in headers. */
  readonly label: string;
  readonly createdAt: number;
}

export interface RunRecord extends RunOrder {
  readonly status: RunStatus;
  readonly stopReason: StopReason | null;
  readonly request: 'pause' | 'cancel' | null;
  readonly usedBy: string | null;
  readonly holder: Holder | null;
  readonly fence: number | null;
  /** All partitions are known. */
  readonly discovered: boolean;
  /** The key at which a cap ended the run; null where it went to the end. */
  readonly cappedAt: string | null;
  readonly drift: Drift;
  readonly tally: Tally;
  readonly partitions: PartitionTally;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly beatAt: number | null;
}

const text = z.string();
const nullableText = z.string().nullable();
const count = z.number();
const nullableCount = z.number().nullable();
const json = z.string().transform((value): unknown => JSON.parse(value));
const stopReasonSchema = z.object({by: z.enum(stoppers), message: z.string()});

const runRow = z
  .object({
    id: text,
    backfill: text,
    mode: z.enum(runModes),
    status: z.enum(runStatuses),
    stop_reason: nullableText,
    request: z.enum(['pause', 'cancel']).nullable(),
    source: text,
    target: text,
    source_label: text,
    target_label: text,
    target_name: text,
    scope: json,
    settings: json,
    schema: text,
    config_digest: text,
    program: text,
    rehearsed_by: nullableText,
    undoes: nullableText,
    used_by: nullableText,
    label: text,
    holder: nullableText,
    host: nullableText,
    pid: nullableCount,
    process_start: nullableText,
    fence: nullableCount,
    discovered: count,
    capped_at: nullableText,
    drift_added: count,
    drift_gone: count,
    drift_changed: count,
    partitions_done: count,
    partitions_failed: count,
    partitions_pending: count,
    created_at: count,
    started_at: nullableCount,
    finished_at: nullableCount,
    beat_at: nullableCount,
  })
  .transform(
    (row): Omit<RunRecord, 'tally'> => ({
      id: row.id,
      backfill: row.backfill,
      mode: row.mode,
      status: row.status,
      stopReason: row.stop_reason === null ? null : stopReasonSchema.parse(JSON.parse(row.stop_reason)),
      request: row.request,
      source: row.source,
      target: row.target,
      sourceLabel: row.source_label,
      targetLabel: row.target_label,
      targetName: row.target_name,
      scope: row.scope,
      settings: row.settings,
      schema: row.schema,
      configDigest: row.config_digest,
      program: row.program,
      rehearsedBy: row.rehearsed_by,
      undoes: row.undoes,
      usedBy: row.used_by,
      label: row.label,
      holder:
        row.holder === null
          ? null
          : {
              name: row.holder,
              host: row.host ?? '',
              pid: row.pid ?? 0,
              processStart: row.process_start ?? '',
            },
      fence: row.fence,
      discovered: row.discovered === 1,
      cappedAt: row.capped_at,
      drift: {added: row.drift_added, gone: row.drift_gone, changed: row.drift_changed},
      partitions: {done: row.partitions_done, failed: row.partitions_failed, pending: row.partitions_pending},
      createdAt: row.created_at,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      beatAt: row.beat_at,
    }),
  );

export function readRun(row: Row): RunRecord {
  return {...runRow.parse(row), tally: readTally(row)};
}

export function readTally(row: Row): Tally {
  const tally: Record<keyof Tally, number> = {...emptyTally};
  for (const name of tallyNames) tally[name] = z.number().parse(row[name]);
  return tally;
}

export type PartitionKind = 'range' | 'repository' | 'open' | 'images';

export interface Partition {
  readonly id: string;
  readonly kind: PartitionKind;
  readonly lo: string;
  readonly hi: string | null;
  /** The partition whose before-images an undo restores. */
  readonly of: string | null;
  /** Who serves a repository, once that is known. */
  readonly host?: string | null;
}

export interface PartitionRecord extends Partition {
  readonly cursor: string;
  readonly status: 'pending' | 'running' | 'done' | 'failed';
  /** The last page number given out; never used twice. */
  readonly page: number;
  /** The last page that was committed to the target with a mark, as far as the ledger knows. */
  readonly markedPage: number;
  readonly tally: Tally;
}

const partitionRow = z
  .object({
    id: text,
    kind: z.enum(['range', 'repository', 'open', 'images']),
    lo: text,
    hi: nullableText,
    of: nullableText,
    host: nullableText,
    cursor: text,
    status: z.enum(['pending', 'running', 'done', 'failed']),
    page: count,
    marked_page: count,
  })
  .transform(({marked_page, ...row}) => ({...row, markedPage: marked_page}));

export function readPartition(row: Row): PartitionRecord {
  return {...partitionRow.parse(row), tally: readTally(row)};
}

/** `name = name + ?` for each count of a tally, and its parameters. */
export const addTallySql = tallyNames.map(name => `${name} = ${name} + ?`).join(', ');

export function tallyParams(tally: Tally): readonly SqlValue[] {
  return tallyNames.map(name => tally[name]);
}
