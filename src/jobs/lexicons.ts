import {z} from 'zod';
import {readRecordLexicon} from '../atproto/record-lexicon.ts';
import {type AddedJob, Jobs} from './jobs.ts';
import type {JobsContext, JobsLook} from './jobs-context.ts';

/** A record lexicon of a target: its collection is indexed. */
export interface StoredLexicon {
  readonly id: string;
  /** Its collection is read where no collection is named. */
  readonly backfill: boolean;
  /** ISO 8601, by the clock of the target. */
  readonly createdAt: string;
}

export interface LexiconOrder {
  /** JSON. */
  readonly text: string;
  /** What messages call it: a file. */
  readonly name: string;
  readonly backfill: boolean;
}

export interface AddedLexicon {
  readonly id: string;
  readonly backfill: boolean;
  /** One of the same id that differs is replaced. */
  readonly change: 'added' | 'replaced' | 'unchanged';
  /** Other lexicons that it takes definitions from: what is of these is not validated. */
  readonly references: readonly string[];
  /** Null where it is not marked for backfill. */
  readonly job: AddedJob | null;
}

const storedRow = z.object({id: z.string(), backfill: z.number(), created_at: z.string()}).transform(
  ({created_at: createdAt, backfill, ...row}): StoredLexicon => ({
    ...row,
    backfill: backfill === 1,
    createdAt,
  }),
);

/** The record lexicons of a target. One that is marked for backfill has a job as soon as it is added. */
export class Lexicons {
  readonly #context: JobsContext;

  constructor(context: JobsContext) {
    this.#context = context;
  }

  /** What is wrong with it is an OperatorError that says where. */
  async add({text, name, backfill}: LexiconOrder): Promise<AddedLexicon> {
    const {id, json, references} = readRecordLexicon(text, name);
    const [before = [], written = []] = await this.#context.database.transaction([
      {sql: 'SELECT id FROM lexicons WHERE id = $1', params: [id]},
      {
        sql: `INSERT INTO lexicons AS known (id, json, backfill) VALUES ($1, $2::jsonb, $3)
              ON CONFLICT (id) DO UPDATE SET json = excluded.json, backfill = excluded.backfill
              WHERE (known.json, known.backfill) IS DISTINCT FROM (excluded.json, excluded.backfill)
              RETURNING id`,
        params: [id, json, backfill ? 1 : 0],
      },
    ]);
    return {
      id,
      backfill,
      change: written.length === 0 ? 'unchanged' : before.length === 0 ? 'added' : 'replaced',
      references,
      job: backfill ? await new Jobs(this.#context).add({collection: id}) : null,
    };
  }
}

export async function storedLexicons({database}: JobsLook): Promise<readonly StoredLexicon[]> {
  const rows = await database.query('SELECT id, backfill, created_at FROM lexicons ORDER BY id');
  return rows.map(row => storedRow.parse(row));
}
