import {type FailureKind, failureKinds, remedies} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Session} from './session.ts';

const atOnce = 500;
const openWords = {failed: 'failed', pending: 'waits', skipped: 'conflict'} as const;

/** Everything that a run left open, with its cause and what to do. */
export async function failuresCommand(
  session: Session,
  named: string,
  options: {readonly kind?: string},
): Promise<number> {
  const {ledger, report} = session;
  const run = await ledger.runs.resolve(named, ({mode}) => mode !== 'verify');
  const kind = kindOf(options.kind);
  const told = new Set<FailureKind>();
  let count = 0;
  for (const {partition, kind: failed, message} of await ledger.openItems.partitionFailures(run.id)) {
    if (kind !== undefined && kind !== failed) continue;
    count++;
    told.add(failed);
    report.data({type: 'failure', run: run.id, partition, kind: failed, message, remedy: remedies[failed]}, [
      `partition ${partition}  failed (${failed}): ${message}`,
    ]);
  }
  for (let after = ''; ; ) {
    const page = await ledger.openItems.after(run.id, after, atOnce, kind === undefined ? {} : {kind});
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.key;
    for (const item of page) {
      count++;
      if (item.kind !== null) told.add(item.kind);
      const remedy = item.kind === null ? openRemedies[item.outcome] : remedies[item.kind];
      report.data(
        {
          type: 'failure',
          run: run.id,
          key: item.key,
          outcome: item.outcome,
          kind: item.kind,
          message: item.message,
          attempts: item.attempts,
          remedy,
          at: item.at,
        },
        [
          `${printableKey(item.key)}  ${openWords[item.outcome]}${item.kind === null ? '' : ` (${item.kind})`}: ${withoutKey(item.message, item.key)}`,
        ],
      );
    }
  }
  if (count === 0)
    report.note(`run ${run.id} has nothing left open${kind === undefined ? '' : ` of kind ${kind}`}`);
  for (const seen of told) report.note(`${seen}: ${remedies[seen]}`);
  if (count > 0) report.next('Take them up again', ['headgate', 'retry', run.id]);
  return 0;
}

const openRemedies = {
  failed: 'Retry it.',
  pending: 'It appeared after the dry run: resume with --accept-new, or make a new dry run.',
  skipped: 'Its row was changed by somebody else: retry decides again.',
} as const;

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

function withoutKey(message: string, key: string): string {
  const prefix = `${printableKey(key)}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
