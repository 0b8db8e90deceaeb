import type {TargetKind} from '../backfills/backfill.ts';
import {type AnyBackfill, backfills, findBackfill, readsTarget} from '../backfills/registry.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {printableKey} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Dialect} from '../databases/database.ts';
import {historyOf} from '../engine/explain.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Ends} from './ends.ts';
import {showHistory} from './history.ts';
import {itemLines, itemObject} from './item-lines.ts';
import {type Given, isSeen, lookAt, openGiven} from './item-look.ts';
import type {Session} from './session.ts';

export interface ExplainCommandOptions extends Ends {
  readonly backfill?: string;
}

/** Among so many of the newest runs, one that names a source is looked for. */
const runsLookedAt = 50;

/**
 * One item's whole history as a story, oldest run first, and at its end what ledger, source and target have of it now.
 * A key that none of them knows is a failure: it is most likely not the key that was meant.
 */
export async function explainCommand(
  session: Session,
  asked: string,
  options: ExplainCommandOptions,
): Promise<number> {
  const {engine, ledger, report} = session;
  const named = options.backfill === undefined ? null : findBackfill(options.backfill);
  const given = await openGiven(session, options, named);
  const {key, isMet, runs} = await historyOf(engine.host, asked, named?.id ?? null);
  showHistory(session, key, runs);
  const like = runs.at(-1)?.run ?? (await newestRun(session, named));
  const kept = await ledger.fingerprints.ofKey(key);
  const backfill = await backfillOf(named, like, given.target);
  const now = await lookAt(session, {key, runs, kept, backfill, like, given});
  const isKnown = isMet || kept.length > 0 || isSeen(now);
  if (!isKnown) report.failure(unknownKey(key, like));
  else if (runs.length === 0)
    report.note(
      `no run in this ledger has met ${printableKey(key)}${now.source.found?.item == null ? '' : ': a new dry run takes it up'}`,
    );
  report.data(itemObject(key, runs.length, kept, now), itemLines(runs.length, kept, now, backfill));
  return exitCodeOf([
    ...(isKnown ? [] : ['failed' as const]),
    ...(given.source === null || now.source.problem === undefined ? [] : [now.source.code]),
    ...(given.target === null || now.target.problem === undefined ? [] : [now.target.code]),
  ]);
}

/** The one that was named, that of the run, or the only one whose tables the target has and that compares with a source. */
async function backfillOf(
  named: AnyBackfill | null,
  like: RunRecord | null,
  target: Given['target'],
): Promise<AnyBackfill | null> {
  const known = named ?? backfills.find(({id}) => id === like?.backfill);
  if (known !== undefined) return known;
  const [only, second] = await fitting(target);
  return second === undefined ? (only ?? null) : null;
}

const dialectOf: Readonly<Record<TargetKind, Dialect>> = {
  sqlite: 'sqlite',
  d1: 'sqlite',
  postgres: 'postgres',
  pglite: 'postgres',
};

async function fitting(target: Given['target']): Promise<readonly AnyBackfill[]> {
  const all = backfills.filter(backfill => !readsTarget(backfill));
  if (target?.found === undefined) return all;
  const {dialect} = target.found;
  // Whether its tables are there is asked in the words of the databases that it works on.
  const compared = all.filter(({takes}) => takes.targets.some(kind => dialectOf[kind] === dialect));
  const reader = await target.found.openReader().catch(() => null);
  if (reader === null) return compared;
  try {
    const missing = await Promise.all(compared.map(backfill => backfill.needsMigration(reader)));
    return compared.filter((_, index) => missing[index] === false);
  } finally {
    await reader.close();
  }
}

/** For a key that no run has met: where the newest run looked. */
async function newestRun({ledger}: Session, named: AnyBackfill | null): Promise<RunRecord | null> {
  const newest = await ledger.runs.list(runsLookedAt);
  return (
    newest.find(
      ({backfill, sourceLabel}) => sourceLabel !== '' && (named === null || named.id === backfill),
    ) ?? null
  );
}

function unknownKey(key: string, like: RunRecord | null): OperatorError {
  return new OperatorError(
    'failed',
    `nothing is known of ${printableKey(key)}`,
    like === null
      ? 'There is no run in this ledger yet: --ledger names another, --source and --target say where else to look.'
      : `A key is written as its source lists it: case counts, and the path of a source folder is no part of it.${askedText(like)} headgate plan ${like.id} shows keys; --ledger, --source and --target say where else to look.`,
  );
}

/** ` Ask for an asset of uploads-repair by its id, …`, of what else the run's system has. */
function askedText({backfill}: RunRecord): string {
  const system = backfills.find(({id}) => id === backfill)?.system;
  const by = backfills.flatMap(other =>
    other.system === system && other.asked !== undefined ? [other.asked.by] : [],
  );
  return by.length === 0 ? '' : ` Ask for ${by.join(', and for ')}.`;
}
