import {findMeasuring} from '../backfills/registry.ts';
import {emptyTally} from '../core/accounting.ts';
import {type Ending, exitCodeOf} from '../core/exit-code.ts';
import {number} from '../core/words.ts';
import {type Ratchet, turn} from '../engine/ratchet.ts';
import {type Verified, type VerifyOptions, verifyRun} from '../engine/verify-run.ts';
import type {Ends} from './ends.ts';
import {orderOf} from './named-setup.ts';
import {readRatchet, writeRatchet} from './ratchet-file.ts';
import {type ScopeOptions, scopeOf} from './scope-options.ts';
import type {Session} from './session.ts';

export interface VerifyCommandOptions extends ScopeOptions, Ends {
  readonly sample?: number | 'all';
  readonly check?: string;
  readonly ratchet?: string;
}

/** Measures invariants and coverage of a target, against its source where one is named. */
export function verifyCommand(session: Session, id: string, options: VerifyCommandOptions): Promise<number> {
  return measured(session, id, options, {
    reads: ['target', 'rows', 'listing', 'bytes'],
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
  word: string,
  given: VerifyCommandOptions,
  what: Pick<VerifyOptions, 'reads' | 'coverage'>,
): Promise<number> {
  const {id, options} = orderOf(session.config, word, given);
  const backfill = findMeasuring(id);
  const connection = await session.connectTarget(backfill, options);
  if (connection.source === null)
    session.report.note(
      'without --source only the target is measured: nothing is compared with what is at the source',
    );
  const allowed =
    options.ratchet === undefined ? null : await readRatchet(options.ratchet, connection.target.name);
  const abort = new AbortController();
  session.surroundings.follow({interrupt: () => abort.abort()});
  try {
    const {record, seconds, bytes, endings, checks} = await verifyRun(session.engine, connection, {
      scope: scopeOf(connection, session.withProvider(options)),
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
    if (options.ratchet === undefined) return exitCodeOf(endings);
    return exitCodeOf(
      await turned(session, options.ratchet, allowed, connection.target.name, {endings, checks}),
    );
  } finally {
    session.surroundings.follow(null);
  }
}

/** Only what got worse is told by the exit code; a verification that was cut short turns nothing. */
async function turned(
  {report}: Session,
  path: string,
  before: Ratchet | null,
  target: string,
  {endings, checks}: Pick<Verified, 'endings' | 'checks'>,
): Promise<readonly Ending[]> {
  const others = endings.filter(ending => ending !== 'invariant');
  if (others.length > 0) return endings;
  const {grown, next} = turn(before, target, checks);
  const isWritten = await writeRatchet(path, before, next);
  report.data({type: 'ratchet', grown, allowed: next.allowed}, [
    ...grown.map(({id, allowed, count}) => `✖ ${id}: ${number(count)}, and ${number(allowed)} may be`),
    ...(grown.length > 0
      ? [`The ratchet ${path} allows no more than before.`]
      : [`✔ nothing has grown beyond ${path}${isWritten ? ', which was written' : ''}`]),
  ]);
  return grown.length > 0 ? ['invariant'] : [];
}
