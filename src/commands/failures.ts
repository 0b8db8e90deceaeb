import {repositoryNouns} from '../backfills/registry.ts';
import {type FailureKind, failureKinds} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import {isActive} from '../core/run.ts';
import type {OpenItem} from '../ledger/open-items.ts';
import type {RunRecord} from '../ledger/records.ts';
import {openCounts, openCountText} from '../runbook/open-counts.ts';
import {openSteps} from '../runbook/open-steps.ts';
import {openRemedy, openWords, withoutKey} from '../runbook/open-words.ts';
import {chooseRun, isGone, withItems} from './choose-run.ts';
import {tellPartitions, tellStreams} from './failed-partitions.ts';
import type {Session} from './session.ts';

const atOnce = 500;

/** Everything that a run left open, with its cause and what to do. */
export async function failuresCommand(
  session: Session,
  named: string,
  options: {readonly kind?: string},
): Promise<number> {
  const {ledger, report} = session;
  const run = await chooseRun(session, named, withItems('failures'));
  const kind = kindOf(options.kind);
  const alike = await ledger.openItems.failedAlike(run.id, kind);
  const streams = (await ledger.repositories.failedStreams(run.id)).filter(
    stream => kind === undefined || stream.kind === kind,
  );
  const counts = openCounts(await ledger.openItems.counts(run.id, kind), alike, streams.length);
  if (counts.total === 0)
    report.note(`run ${run.id} has nothing left open${kind === undefined ? '' : ` of kind ${kind}`}`);
  else
    report.data({type: 'open', run: run.id, ...counts}, [
      openCountText(counts, repositoryNouns(run.backfill)),
    ]);
  const remedies = new Set<string>();
  tellStreams(session, run, streams, remedy => remedies.add(remedy));
  await tellPartitions(session, run, alike, remedy => remedies.add(remedy));
  let conflict: string | null = null;
  for await (const item of openOf(session, run, kind)) {
    if (item.outcome === 'skipped') conflict ??= item.key;
    const remedy = openRemedy(item, run);
    remedies.add(`${item.kind ?? openWords[item.outcome]}: ${remedy}`);
    showItem(session, run, item, remedy);
  }
  for (const remedy of remedies) report.note(remedy);
  if (counts.total === 0) return 0;
  if (isActive(run.status) && !isGone(session, run)) {
    report.note(`run ${run.id} is at work: what it left open is taken up when it has ended`);
    return 0;
  }
  const ofKind = kind === undefined ? [] : ['--kind', kind];
  for (const {why, words} of openSteps(run, counts, conflict))
    report.next(why, words[1] === 'retry' ? [...words, ...ofKind] : words);
  return 0;
}

async function* openOf(
  {ledger}: Session,
  {id}: RunRecord,
  kind: FailureKind | undefined,
): AsyncGenerator<OpenItem> {
  for (let after = ''; ; ) {
    const page = await ledger.openItems.after(id, after, atOnce, kind === undefined ? {} : {kind});
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.key;
    yield* page;
  }
}

function showItem({report}: Session, {id}: RunRecord, item: OpenItem, remedy: string): void {
  const {key, outcome, kind, message, attempts, at} = item;
  report.data({type: 'failure', run: id, key, outcome, kind, message, attempts, remedy, at}, [
    `${printableKey(key)}  ${openWords[outcome]}${kind === null ? '' : ` (${kind})`}: ${withoutKey(message, key)}`,
  ]);
}

function kindOf(named: string | undefined): FailureKind | undefined {
  if (named === undefined) return undefined;
  const kind = failureKinds.find(known => known === named);
  if (kind === undefined)
    throw new OperatorError(
      'usage',
      `--kind ${named}: there is no such kind of failure`,
      `Known are: ${failureKinds.join(', ')}.`,
    );
  return kind;
}
