import {findBackfill, findRecovery} from '../backfills/registry.ts';
import type {CheckResult} from '../core/checks.ts';
import type {RunEvent} from '../core/event.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {printableKey} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import {prefixOf} from '../core/scope.ts';
import {number} from '../core/words.ts';
import {withoutPassword} from '../databases/postgres-address.ts';
import {Engine} from '../engine/engine.ts';
import {type Recovered, type RecoveryNews, recover} from '../engine/recovery.ts';
import {watchSeconds} from '../engine/recovery-options.ts';
import {refuseDryRun} from './dry-run-only.ts';
import type {Ends} from './ends.ts';
import {type ScopeOptions, scopeOf} from './scope-options.ts';
import type {Session} from './session.ts';

export interface RecoverCommandOptions extends Ends, Pick<ScopeOptions, 'prefix'> {
  readonly confirm?: string;
  readonly whole?: string;
  readonly watch?: number;
  readonly acceptWriters?: boolean;
  readonly takeOver?: string;
}

const signs = {begins: '○', done: '✔', failed: '✖'} as const;

/** Brings a system back to order, step by step; without the target's name typed it looks, and says what it would do. */
export async function recoverCommand(
  session: Session,
  system: string,
  options: RecoverCommandOptions,
): Promise<number> {
  const recovery = findRecovery(system);
  const connection = await session.connectTarget(findBackfill(recovery.measures), options);
  const {target, source} = connection;
  const {report, surroundings} = session;
  if (options.confirm !== undefined && options.confirm !== target.name)
    throw new OperatorError(
      'gate',
      `"${options.confirm}" is not the target's name`,
      `To recover ${system}, add --confirm ${target.name}`,
    );
  if (options.confirm !== undefined) refuseDryRun(session, 'headgate recover --confirm');
  const abort = new AbortController();
  const interrupting = {interrupt: () => abort.abort(new Error('interrupted'))};
  surroundings.follow(interrupting);
  try {
    const recovered = await recover(brief(session), {
      recovery,
      target,
      source,
      options: connection.options,
      prefix: prefixOf(scopeOf(connection, options)),
      confirm: options.confirm ?? null,
      whole: options.whole ?? null,
      takeOver: options.takeOver ?? null,
      watchSeconds: options.watch ?? watchSeconds,
      acceptWriters: options.acceptWriters ?? false,
      signal: abort.signal,
      tell: news => tell(session, news),
      follow: () => surroundings.follow(interrupting),
      ended: result => report.summary(result),
    });
    conclude(session, recovered);
    if (options.confirm === undefined)
      report.next('Nothing was written. To recover it', [
        ...['headgate', 'recover', system],
        ...(options.source === undefined ? [] : ['--source', options.source]),
        ...['--target', withoutPassword(options.target ?? target.label)],
        ...(options.prefix === undefined ? [] : ['--prefix', options.prefix]),
        ...['--confirm', target.name],
      ]);
    else
      for (const {id} of recovered.runs.toReversed())
        report.next('Take it back, the last run first', ['headgate', 'undo', id]);
    return exitCodeOf(recovered.endings);
  } finally {
    surroundings.follow(null);
  }
}

function tell({report}: Session, {step, state, says}: RecoveryNews): void {
  report.data({type: 'recovery', step, state, says}, [`${signs[state]} ${step.padEnd(8)}${says}`]);
}

/** For people, what each run measures is told once, at the end: programs get it all. */
function brief({engine, report}: Session): Engine {
  const {observe} = engine.host;
  const isMeasured = ({type}: RunEvent) => type === 'check' || type === 'coverage';
  return report.isForPrograms
    ? engine
    : new Engine({...engine.host, observe: event => (isMeasured(event) ? undefined : observe(event))});
}

/** Each invariant before and after, and what is left to be done about those that are broken. */
function conclude({report}: Session, {before, after}: Recovered): void {
  const counts = new Map((before ?? []).map(({id, count}) => [id, count]));
  const rows = after.map(({id, count}) => ({id, before: counts.get(id) ?? null, after: count}));
  const width = Math.max(0, ...rows.map(({id}) => id.length));
  report.data({type: 'recovered', invariants: rows}, [
    '',
    `${'invariant'.padEnd(width)}  ${'before'.padStart(9)}  ${'after'.padStart(9)}`,
    ...rows.map(
      row =>
        `${row.id.padEnd(width)}  ${(row.before === null ? '–' : number(row.before)).padStart(9)}  ${number(row.after).padStart(9)}`,
    ),
    '',
    ...after.filter(({count}) => count > 0).flatMap(brokenLines),
  ]);
}

const shown = 3;

function brokenLines({id, count, sample, recovery}: CheckResult): readonly string[] {
  const rows = sample.slice(0, shown).map(({key, detail}) => `    ${printableKey(key)}: ${detail}`);
  const more = count - rows.length;
  return [`  ${id}`, ...rows, ...(more > 0 ? [`    … and ${number(more)} more`] : []), `    ${recovery}`];
}
