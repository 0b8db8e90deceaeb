import {findMeasuring} from '../backfills/registry.ts';
import {requireTakes, targetFlags} from '../config/end-kinds.ts';
import {OperatorError} from '../core/operator-error.ts';
import {applyMigrations} from '../engine/migrate-target.ts';
import type {Session} from './session.ts';

/** Makes a backfill's tables where they are missing; never changes one that is there. */
export async function migrateCommand(
  session: Session,
  id: string,
  options: {readonly target?: string},
): Promise<number> {
  const backfill = findMeasuring(id);
  if (options.target === undefined)
    throw new OperatorError('usage', 'no target is named', `Name it: ${targetFlags(backfill.takes.targets)}`);
  requireTakes(backfill, session.config, options.target);
  const target = await session.connections.target(options.target);
  const applied = await applyMigrations(backfill, target);
  session.report.data({type: 'migrated', backfill: id, target: target.label, applied}, [
    applied.length === 0
      ? `${target.label}: the tables of ${id} are there; nothing was changed`
      : `${target.label}: made by ${applied.join(', ')}`,
  ]);
  return 0;
}
