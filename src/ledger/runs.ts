import {z} from 'zod';
import {type RunMode, type RunStatus, type StopReason, sourcesOf} from '../core/run.ts';
import type {Database} from '../databases/database.ts';
import {adoptPlan} from './adopt-plan.ts';
import {insertRun} from './insert-run.ts';
import {type Holder, type RunOrder, type RunRecord, readRun} from './records.ts';
import {runColumns} from './run-columns.ts';
import {
  activeRuns,
  type EndLabels,
  type KnownEnds,
  lastListed,
  lastTook,
  latestOf,
  recentEnds,
  standingRuns,
  type Took,
  undoneBy,
} from './run-ends.ts';
import {runNamed} from './run-named.ts';
import {type RunValues, setRun} from './set-run.ts';

export interface Transition {
  readonly holder?: Holder | null;
  readonly reason?: StopReason | null;
  readonly at: number;
  /** The name of the only holder whose transition this is: false where another has taken the run over. */
  readonly heldBy?: string;
}

/** Runs and their life in the ledger. A transition is a compare-and-set: it answers false where another process was first. */
export class Runs {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async create(order: RunOrder): Promise<void> {
    await this.#db.transaction([insertRun(order)]);
  }

  async find(id: string): Promise<RunRecord | null> {
    const [row] = await this.#db.query(`SELECT ${runColumns} FROM runs r WHERE r.id = ?`, [id]);
    return row === undefined ? null : readRun(row);
  }

  /** A run that is known to be there. */
  async get(id: string): Promise<RunRecord> {
    const run = await this.find(id);
    if (run === null) throw new Error(`run ${id} has vanished from the ledger`);
    return run;
  }

  /** The run that the operator means: its id, the only one that begins or ends so, or `last`, the newest of all. */
  resolve(named: string): Promise<RunRecord> {
    return runNamed(this.#db, named);
  }

  async list(limit: number): Promise<readonly RunRecord[]> {
    const rows = await this.#db.query(
      `SELECT ${runColumns} FROM runs r ORDER BY r.created_at DESC, r.id DESC LIMIT ?`,
      [limit],
    );
    return rows.map(readRun);
  }

  /** Some runs, oldest first. */
  async among(ids: readonly string[]): Promise<readonly RunRecord[]> {
    const rows = await this.#db.query(
      `SELECT ${runColumns} FROM runs r WHERE r.id IN (SELECT atom FROM json_each(?)) ORDER BY r.created_at, r.id`,
      [JSON.stringify(ids)],
    );
    return rows.map(readRun);
  }

  /** The newest run on a target in one of the modes, where the filter holds; null where there is none. */
  async latest(target: string, backfill: string, modes: readonly RunMode[]): Promise<RunRecord | null> {
    const [row] = await this.#db.query(
      `SELECT ${runColumns} FROM runs r
       WHERE r.target = ? AND r.backfill = ? AND r.mode IN (SELECT atom FROM json_each(?))
       ORDER BY r.created_at DESC, r.id DESC LIMIT 1`,
      [target, backfill, JSON.stringify(modes)],
    );
    return row === undefined ? null : readRun(row);
  }

  /** The newest run between two ends, named by their labels, in one of the modes; null where there is none. */
  latestOf(ends: EndLabels, modes: readonly RunMode[]): Promise<RunRecord | null> {
    return latestOf(this.#db, ends, modes);
  }

  /** Every pair of ends that a backfill was run between, that of the newest run first. */
  recentEnds(limit: number): Promise<readonly KnownEnds[]> {
    return recentEnds(this.#db, limit);
  }

  /** How long the newest run of a mode took that came to its end in one go; null where there is none. */
  lastTook(ends: EndLabels, mode: RunMode): Promise<Took | null> {
    return lastTook(this.#db, ends, mode);
  }

  /** Live runs of a backfill on a target that wrote something and were not undone as a whole, oldest first. */
  standing(target: string, backfill: string): Promise<readonly string[]> {
    return standingRuns(this.#db, target, backfill);
  }

  /** The undo that has taken back a run as a whole; null where none has. */
  undoneBy(run: string): Promise<string | null> {
    return undoneBy(this.#db, run);
  }

  /** How much the last live run with the same ends and scope listed; null where there was none. */
  lastListed(of: Parameters<typeof lastListed>[1]): Promise<number | null> {
    return lastListed(this.#db, of);
  }

  /** Runs that a process works on, this one or another, newest first. */
  active(): Promise<readonly RunRecord[]> {
    return activeRuns(this.#db);
  }

  /** Runs that write to a target and have not come to an end there: what they left half done is told by their marks. */
  async unsettled(target: string): Promise<readonly RunRecord[]> {
    const rows = await this.#db.query(
      `SELECT ${runColumns} FROM runs r
       WHERE r.target = ? AND r.mode IN ('live', 'undo')
         AND (r.status IN ('running', 'pausing', 'cancelling', 'paused')
           OR EXISTS (SELECT 1 FROM pages WHERE pages.run = r.id AND pages.kind IN ('intent', 'staged')))
       ORDER BY r.created_at DESC, r.id DESC`,
      [target],
    );
    return rows.map(readRun);
  }

  /** Moves a run on, if it still is where the table of core/run.ts allows it from. */
  async move(
    id: string,
    to: RunStatus,
    {holder, reason, at, heldBy}: Transition,
    from = sourcesOf(to),
  ): Promise<boolean> {
    const ends = to !== 'running' && to !== 'pausing' && to !== 'cancelling';
    const [moved = []] = await this.#db.transaction([
      {
        sql: `UPDATE runs SET status = ?, beat_at = ?, stop_reason = ?,
                holder = CASE WHEN ?5 = 1 THEN ?6 ELSE holder END, host = CASE WHEN ?5 = 1 THEN ?7 ELSE host END,
                pid = CASE WHEN ?5 = 1 THEN ?8 ELSE pid END,
                process_start = CASE WHEN ?5 = 1 THEN ?9 ELSE process_start END,
                request = CASE WHEN ?5 = 1 THEN NULL ELSE request END,
                started_at = COALESCE(started_at, ?2), finished_at = CASE WHEN ?10 = 1 THEN ?2 END
              WHERE id = ?4 AND status IN (SELECT atom FROM json_each(?11))
                AND (CAST(?12 AS TEXT) IS NULL OR holder = ?12)
              RETURNING id`,
        params: [
          to,
          at,
          reason == null ? null : JSON.stringify(reason),
          id,
          holder === undefined ? 0 : 1,
          holder?.name ?? null,
          holder?.host ?? null,
          holder?.pid ?? null,
          holder?.processStart ?? null,
          ends ? 1 : 0,
          JSON.stringify(from),
          heldBy ?? null,
        ],
      },
    ]);
    return moved.length === 1;
  }

  /** Takes a run over from a holder that is dead; false where it has moved on meanwhile. */
  async takeOver(id: string, from: Holder | null, holder: Holder, at: number): Promise<boolean> {
    const [taken = []] = await this.#db.transaction([
      {
        sql: `UPDATE runs SET status = 'running', holder = ?, host = ?, pid = ?, process_start = ?, beat_at = ?,
                stop_reason = NULL, request = NULL, finished_at = NULL
              WHERE id = ? AND holder IS NOT DISTINCT FROM ? AND status IN ('running', 'pausing', 'cancelling') RETURNING id`,
        params: [holder.name, holder.host, holder.pid, holder.processStart, at, id, from?.name ?? null],
      },
    ]);
    return taken.length === 1;
  }

  /** Asks whoever works on the run to stop; false where nobody does. */
  async request(id: string, request: 'pause' | 'cancel'): Promise<boolean> {
    const [asked = []] = await this.#db.transaction([
      {
        sql: `UPDATE runs SET request = ? WHERE id = ? AND status IN ('running', 'pausing', 'cancelling') RETURNING id`,
        params: [request, id],
      },
    ]);
    return asked.length === 1;
  }

  /** What was asked of the run; `lost` where another process has taken it over. */
  async requested(id: string, holder: string): Promise<'pause' | 'cancel' | 'lost' | null> {
    const [row] = await this.#db.query('SELECT request, holder FROM runs WHERE id = ?', [id]);
    if (row === undefined || row['holder'] !== holder) return 'lost';
    return z.enum(['pause', 'cancel']).nullable().parse(row['request']);
  }

  async set(id: string, values: RunValues): Promise<void> {
    await this.#db.transaction([setRun(id, values)]);
  }

  /** Claims a dry run for one live run: a plan is executed at most once, and only as it was read. */
  async use({id, finishedAt}: Pick<RunRecord, 'id' | 'finishedAt'>, by: string): Promise<boolean> {
    const [used = []] = await this.#db.transaction([
      {
        sql: 'UPDATE runs SET used_by = ? WHERE id = ? AND used_by IS NULL AND finished_at IS NOT DISTINCT FROM ? RETURNING id',
        params: [by, id, finishedAt],
      },
    ]);
    return used.length === 1;
  }

  /** A run that never began leaves no trace. */
  async discard(id: string): Promise<void> {
    await this.#db.transaction([{sql: "DELETE FROM runs WHERE id = ? AND status = 'pending'", params: [id]}]);
  }

  /** A sign of life, for whoever wonders whether the run's process is gone. */
  async beat(id: string, at: number): Promise<void> {
    await this.#db.transaction([{sql: 'UPDATE runs SET beat_at = ? WHERE id = ?', params: [at, id]}]);
  }

  /** A live run of a plan without changes: it takes over the plan's counts, open items and failed partitions, and has nothing to do. */
  async adopt(plan: string, run: string): Promise<void> {
    await this.#db.transaction(adoptPlan(plan, run));
  }

  async release(plan: string, by: string): Promise<void> {
    await this.#db.transaction([
      {sql: 'UPDATE runs SET used_by = NULL WHERE id = ? AND used_by = ?', params: [plan, by]},
    ]);
  }
}
