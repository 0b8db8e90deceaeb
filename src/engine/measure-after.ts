import type {Reader} from '../databases/database.ts';
import type {RunContext} from './context.ts';
import type {EngineHost} from './engine-host.ts';
import type {Execution} from './execution.ts';
import {type Measured, measure, remember} from './verify.ts';

export const nothingMeasured: Measured = {checks: [], coverage: []};

/** Verifies, where that is asked for; what the next run compares with is kept after an undo as well. */
export async function measureAfter(
  host: EngineHost,
  {connection, scope, probe, record, verifies, idle, plan}: Execution,
  {limiter, halt: signal, emit}: RunContext,
  reader: Reader,
): Promise<Measured> {
  const measuring = {
    host,
    connection,
    reader,
    scope,
    hi: plan?.cappedAt ?? null,
    probe,
    run: record.id,
    causesFrom: record.id,
    sample: host.settings.sample,
    signal,
    limiter,
    emit,
  };
  if (!verifies) {
    if (record.mode === 'undo') await remember(measuring);
    return nothingMeasured;
  }
  return measure({
    ...measuring,
    reads: ['target', 'rows', 'listing', ...(idle ? [] : (['bytes'] as const))],
    coverage: true,
    figures: true,
    remembers: true,
  });
}
