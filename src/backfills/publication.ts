import type {Probe} from '../core/probe.ts';
import type {Service} from '../core/service.ts';
import type {Statement} from '../core/sql.ts';
import type {Reader} from '../databases/database.ts';

/**
 * A run's inserts as one step: all or nothing. They are staged page by page in a table of their own, then published in
 * one transaction; until then nothing of the run stands in the target's own tables. Left out: updates and deletes.
 */
export interface Publication<Change, Facts> {
  /** The staging table. It is there from the first staged page of a live run to that run's end. */
  readonly table: string;
  /** Inserts that one publish can carry, by what serves the target; where there is no number, as many as there are. */
  readonly most: Readonly<Partial<Record<Service, number>>>;
  /** Makes the staging table anew, whatever an earlier run has left in it. */
  begin(): readonly Statement[];
  /** Puts changes of a run there. Staging the same ones again changes nothing. */
  stage(changes: readonly Change[], run: string): readonly Statement[];
  /**
   * Flags which of the staged rows are new, and inserts exactly those. It refuses all of it where other than `staged`
   * rows are there, or where one that is flagged could not be inserted.
   */
  publish(staged: number, probe: Probe<Facts>): readonly Statement[];
  /**
   * Once published: which of the keys had a row before, and so were not inserted; null where the staging table does not
   * tell any more, because another run has made it anew.
   */
  known(target: Reader, keys: readonly string[], run: string): Promise<ReadonlySet<string> | null>;
  /** Takes the staging table away. */
  end(): readonly Statement[];
}
