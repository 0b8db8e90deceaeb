import {exitCodeOf} from '../core/exit-code.ts';
import type {Session} from './session.ts';

export interface LiveCommandOptions {
  readonly confirm?: string;
  readonly acceptNew?: boolean;
  readonly acceptFailures?: number;
  readonly takeOver?: string;
  readonly rate?: number;
}

/** Executes the plan of a dry run through its gates, then verifies. */
export async function liveCommand(
  session: Session,
  named: string,
  options: LiveCommandOptions,
): Promise<number> {
  const plan = await session.ledger.runs.resolve(
    named,
    ({mode, usedBy}) => mode === 'dry-run' && usedBy === null,
  );
  const connection = await session.reconnect(plan);
  const handle = await session.engine.live(connection, plan, {
    confirm: options.confirm ?? null,
    acceptedFailures: options.acceptFailures ?? null,
    takeOver: options.takeOver ?? null,
    thresholds: null,
    acceptNew: options.acceptNew ?? false,
    rate: options.rate ?? null,
  });
  const result = await session.finish(handle);
  session.showNext(result.record);
  return exitCodeOf(result.endings);
}
