import type {TargetKind} from '../backfills/backfill.ts';
import {backfills} from '../backfills/registry.ts';
import {targetFlags, targetKind} from '../config/end-kinds.ts';
import {OperatorError} from '../core/operator-error.ts';
import {leaseObstacle} from '../engine/lease-obstacle.ts';
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
    throw new OperatorError('usage', 'no target is named', `Name it: ${targetFlags()}`);
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
    const publications = publicationsOn(targetKind(session.config, options.target));
    const isPublishedTo = lease !== null && publications.length > 0;
    const [published] = isPublishedTo ? await unsettledPublishes(database) : [];
    if (published !== undefined)
      throw new OperatorError(
        'gate',
        `run ${published} was published, and nothing says yet what became of its rows: its mark does`,
        `Settle it where its ledger is: headgate resume RUN --ledger L`,
      );
    if (lease !== null)
      await database.transaction([...dropTables(), ...publications.flatMap(({end}) => end())]);
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

/** A run that was stopped before its publish has staged something: by those who publish to such a target. */
function publicationsOn(kind: TargetKind) {
  return backfills.flatMap(({publication, takes}) =>
    publication === undefined || !takes.targets.includes(kind) ? [] : [publication],
  );
}
