import {findMeasuring} from '../backfills/registry.ts';
import {requireTakes, targetFlags} from '../config/end-kinds.ts';
import {OperatorError} from '../core/operator-error.ts';
import {applyMigrations, changeSchema} from '../engine/migrate-target.ts';
import {orderOf} from './named-setup.ts';
import type {Session} from './session.ts';

/** Makes a backfill's tables where they are missing, and changes those that are there where they have to be otherwise. */
export async function migrateCommand(
  session: Session,
  word: string,
  given: {readonly target?: string; readonly back?: true},
): Promise<number> {
  const {id, options} = orderOf(session.config, word, given);
  const backfill = findMeasuring(id);
  if (options.target === undefined)
    throw new OperatorError('usage', 'no target is named', `Name it: ${targetFlags(backfill.takes.targets)}`);
  requireTakes(backfill, session.config, options.target);
  const target = await session.connections.target(options.target);
  const {report} = session;
  const way = options.back === true ? 'back' : 'forth';
  const applied = way === 'back' ? [] : await applyMigrations(backfill, target);
  const changed =
    applied.length > 0
      ? []
      : await changeSchema(backfill, target, {
          way,
          tell: ({steps}) => {
            report.heading(`${target.label}: in one transaction, headgate now`);
            for (const step of steps) report.heading(`  ${step}`);
          },
        });
  report.data({type: 'migrated', backfill: id, target: target.label, applied, changed}, [
    resultText(target.label, id, applied, changed),
  ]);
  return 0;
}

function resultText(
  target: string,
  id: string,
  applied: readonly string[],
  changed: readonly string[],
): string {
  if (applied.length > 0) return `${target}: made by ${applied.join(', ')}`;
  return changed.length > 0
    ? `${target}: done; the tables of ${id} are changed`
    : `${target}: the tables of ${id} are there; nothing was changed`;
}
