import {backfills} from '../backfills/registry.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Statement} from '../core/sql.ts';
import {leaseObstacle} from '../engine/lease.ts';
import {readLease} from '../engine/mark.ts';
import {dropTables, markTables} from '../engine/mark-statements.ts';
import {unsettledPublishes} from '../engine/publish.ts';
import type {Session} from './session.ts';

/** Removes headgate_lease and headgate_marks, and what was staged and never published, from a target that nobody is writing to. */
export async function removeMarksCommand(
  session: Session,
  options: {readonly target?: string},
): Promise<number> {
  if (options.target === undefined)
    throw new OperatorError('usage', 'no target is named', 'Name it with --target FILE.sqlite or d1:NAME');
  const target = await session.connections.target(options.target);
  const [unsettled] = await session.ledger.runs.unsettled(target.id);
  if (unsettled !== undefined)
    throw new OperatorError(
      'gate',
      `run ${unsettled.id} is not settled (${unsettled.status}): its marks say which of its pages were written`,
      `Bring it to an end first: headgate resume ${unsettled.id}`,
    );
  const database = await target.openDatabase();
  try {
    const lease = await readLease(database);
    const obstacle = leaseObstacle(lease, session.surroundings.self, null);
    if (obstacle !== null) throw obstacle;
    const [published] = lease === null ? [] : await unsettledPublishes(database);
    if (published !== undefined)
      throw new OperatorError(
        'gate',
        `run ${published} was published, and nothing says yet what became of its rows: its mark does`,
        `Settle it where its ledger is: headgate resume ${published}`,
      );
    if (lease !== null) await database.transaction([...dropTables(), ...dropStaging()]);
    session.report.data({type: 'marks', target: target.label, removed: lease !== null}, [
      lease === null
        ? `${target.label} has no tables of headgate`
        : `${target.label}: removed ${markTables.join(' and ')}`,
    ]);
    return 0;
  } finally {
    await database.close();
  }
}

/** What a run that was stopped before its publish has staged. */
function dropStaging(): readonly Statement[] {
  return backfills.flatMap(({publication}) => publication?.end() ?? []);
}
