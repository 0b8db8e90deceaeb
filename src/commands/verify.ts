import {findMeasuring} from '../backfills/registry.ts';
import {emptyTally} from '../core/accounting.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {type VerifyOptions, verifyRun} from '../engine/verify-run.ts';
import {type ScopeOptions, scopeOf} from './scope-options.ts';
import type {Ends, Session} from './session.ts';

export interface VerifyCommandOptions extends ScopeOptions, Ends {
  readonly sample?: number | 'all';
  readonly check?: string;
}

/** Measures invariants and coverage of a target, against its source where one is named. */
export function verifyCommand(session: Session, id: string, options: VerifyCommandOptions): Promise<number> {
  return measured(session, id, options, {
    reads: ['target', 'listing', 'bytes'],
    coverage: options.check === undefined,
  });
}

/** Measures coverage alone, by group. */
export function coverageCommand(
  session: Session,
  id: string,
  options: VerifyCommandOptions,
): Promise<number> {
  return measured(session, id, options, {reads: [], coverage: true});
}

async function measured(
  session: Session,
  id: string,
  options: VerifyCommandOptions,
  what: Pick<VerifyOptions, 'reads' | 'coverage'>,
): Promise<number> {
  const backfill = findMeasuring(id);
  const connection = await session.connectTarget(backfill, options);
  if (connection.source === null)
    session.report.note(
      'without --source only the target is measured: nothing is compared with what is at the source',
    );
  const abort = new AbortController();
  session.surroundings.follow({interrupt: () => abort.abort()});
  try {
    const {record, seconds, bytes, endings} = await verifyRun(session.engine, connection, {
      scope: scopeOf(connection, options),
      sample: options.sample === 'all' ? null : (options.sample ?? session.config.settings.sample),
      only: options.check ?? null,
      signal: abort.signal,
      ...what,
    });
    session.report.data(
      {
        type: 'summary',
        backfill: backfill.id,
        mode: 'verify',
        status: record.status,
        // A verification settles no items.
        listed: 0,
        ...emptyTally,
        bytes,
        seconds,
        run: record.id,
      },
      [],
    );
    return exitCodeOf(endings);
  } finally {
    session.surroundings.follow(null);
  }
}
