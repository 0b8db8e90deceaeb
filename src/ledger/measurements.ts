import {z} from 'zod';
import type {CheckResult, CoverageGroup, Figure} from '../core/checks.ts';
import type {Database} from '../databases/database.ts';
import {
  type CoveragePoint,
  checkResult,
  coverageTrend,
  type LastCoverage,
  lastChecks,
  lastCoverage,
  type MeasuredCheck,
  type MeasuredOf,
} from './measured.ts';

export type {CoveragePoint, LastCoverage, MeasuredCheck} from './measured.ts';

export interface MeasuredFigures {
  readonly run: string;
  readonly target: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const figureList = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.array(z.object({name: z.string(), value: z.number()})));

const measured = z.object({run: z.string(), result: checkResult});

/** What verification measured, by run and by target: results to show, and baselines to compare with. */
export class Measurements {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async saveCheck(run: string, target: string, result: CheckResult, at: number): Promise<void> {
    await this.#db.transaction([
      {
        sql: `INSERT INTO checks (run, target, id, severity, count, result, at) VALUES (?, ?, ?, ?, ?, ?, ?)
              ON CONFLICT (run, id) DO UPDATE
              SET target = excluded.target, severity = excluded.severity, count = excluded.count,
                result = excluded.result, at = excluded.at`,
        params: [run, target, result.id, result.severity, result.count, JSON.stringify(result), at],
      },
    ]);
  }

  /** All groups of one measurement, or none: a run that measures again replaces what it had. */
  async saveCoverage(run: string, target: string, groups: readonly CoverageGroup[]): Promise<void> {
    await this.#db.transaction([
      {sql: 'DELETE FROM coverage WHERE run = ?', params: [run]},
      ...groups.map(group => ({
        sql: 'INSERT INTO coverage (run, target, group_name, done, total, result, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        params: [run, target, group.group, group.done, group.total, JSON.stringify(group), group.at],
      })),
    ]);
  }

  async saveFigures({run, target, title, figures, at}: MeasuredFigures): Promise<void> {
    await this.#db.transaction([
      {
        sql: `INSERT INTO figures (run, target, title, figures, at) VALUES (?, ?, ?, ?, ?)
              ON CONFLICT (run) DO UPDATE
              SET target = excluded.target, title = excluded.title, figures = excluded.figures, at = excluded.at`,
        params: [run, target, title, JSON.stringify(figures), at],
      },
    ]);
  }

  /** The newest figures of a target under a title; null where there are none. */
  async lastFigures(target: string, title: string): Promise<readonly Figure[] | null> {
    const [row] = await this.#db.query(
      'SELECT figures FROM figures WHERE target = ? AND title = ? ORDER BY at DESC LIMIT 1',
      [target, title],
    );
    return row === undefined ? null : figureList.parse(row['figures']);
  }

  /** Of each invariant the newest result on a target: of one backfill, or of all. */
  lastChecks(of: MeasuredOf): Promise<readonly MeasuredCheck[]> {
    return lastChecks(this.#db, of);
  }

  /** The newest measurement of a backfill's coverage; null where there is none. */
  lastCoverage(of: MeasuredOf): Promise<LastCoverage | null> {
    return lastCoverage(this.#db, of);
  }

  /** The whole of the last measurements of coverage, oldest first. */
  coverageTrend(of: MeasuredOf, limit: number): Promise<readonly CoveragePoint[]> {
    return coverageTrend(this.#db, of, limit);
  }

  /** What was measured under some runs, by run. */
  async ofRuns(runs: readonly string[]): Promise<ReadonlyMap<string, readonly CheckResult[]>> {
    const rows = await this.#db.query(
      'SELECT run, result FROM checks WHERE run IN (SELECT atom FROM json_each(?)) ORDER BY run, at, id',
      [JSON.stringify(runs)],
    );
    const read = rows.map(row => measured.parse(row));
    return new Map(
      runs.map(id => [id, read.filter(({run}) => run === id).map(({result}) => result)] as const),
    );
  }

  /** How many rows broke an invariant when it was last measured on a target; null where it never was. */
  async baseline(target: string, id: string): Promise<number | null> {
    const [row] = await this.#db.query(
      'SELECT count FROM checks WHERE target = ? AND id = ? ORDER BY at DESC LIMIT 1',
      [target, id],
    );
    return row === undefined ? null : z.number().parse(row['count']);
  }
}
