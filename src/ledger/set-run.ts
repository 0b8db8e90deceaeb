import type {Statement} from '../core/sql.ts';

/** What is set of a run at any time, whatever its status. */
export type RunValues = Partial<{
  readonly fence: number;
  readonly discovered: 0 | 1;
  readonly capped_at: string | null;
  readonly label: string;
}>;

export function setRun(id: string, values: RunValues): Statement {
  const entries = Object.entries(values);
  return {
    sql: `UPDATE runs SET ${entries.map(([name]) => `${name} = ?`).join(', ')} WHERE id = ?`,
    params: [...entries.map(([, value]) => value), id],
  };
}
