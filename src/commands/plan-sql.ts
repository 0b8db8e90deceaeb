import {type AnyBackfill, findBackfill} from '../backfills/registry.ts';
import {changedOf} from '../core/accounting.ts';
import {isChange} from '../core/entry.ts';
import {OperatorError} from '../core/operator-error.ts';
import {clockText, counted} from '../core/words.ts';
import {parseChanges} from '../engine/forward.ts';
import {planDecisions} from '../engine/plan-decisions.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Session} from './session.ts';
import {writeWhole} from './whole-file.ts';

/**
 * What a plan would change as SQL that runs as it stands: to standard output, where it is alone, or into a file. D1 takes
 * a file as one import, and refuses BEGIN in it.
 */
export async function tellSql(session: Session, plan: RunRecord, file: string | undefined): Promise<void> {
  const {report, surroundings} = session;
  if (file !== undefined) {
    await writeWhole(file, linesOf(session, plan));
    report.data({type: 'sql', file, run: plan.id}, [`wrote ${file}`]);
    return;
  }
  for await (const text of linesOf(session, plan))
    if (report.isForPrograms) report.data({type: 'sql', sql: text}, []);
    else surroundings.out(text);
}

/** Its changes can be told as SQL. */
export function requireSql({id, sql}: Pick<AnyBackfill, 'id' | 'sql'>): void {
  if (sql === undefined)
    throw new OperatorError(
      'usage',
      `the changes of ${id} can not be told as SQL: each depends on the row as it is when it is written`,
      'headgate plan RUN shows them.',
    );
}

async function* linesOf({ledger}: Session, plan: RunRecord): AsyncGenerator<string> {
  const backfill = findBackfill(plan.backfill);
  requireSql(backfill);
  const isD1 = plan.target.startsWith('d1:');
  yield `-- headgate ${plan.backfill}, dry run ${plan.id} of ${clockText(plan.createdAt)}: ${counted(changedOf(plan.tally), 'change')} for ${plan.targetName}\n`;
  if (!isD1) yield 'BEGIN;\n';
  for await (const entries of planDecisions(ledger, plan.id)) {
    const changes = parseChanges(
      backfill,
      entries.filter(isChange).map(({change}) => change),
    );
    for (const statement of backfill.sql?.(changes) ?? []) yield `${statement}\n`;
  }
  if (!isD1) yield 'COMMIT;\n';
}
