import {type FailureKind, failureKinds} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import {onlyMeasures} from '../core/run.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import {openRemedy, openWords, withoutKey} from './open-words.ts';
import type {Session} from './session.ts';

const atOnce = 500;

/** Everything that a run left open, with its cause and what to do. */
export async function failuresCommand(
  session: Session,
  named: string,
  options: {readonly kind?: string},
): Promise<number> {
  const {ledger, report} = session;
  const run = await ledger.runs.resolve(named, ({mode}) => !onlyMeasures(mode));
  const kind = kindOf(options.kind);
  const remedies = new Set<string>();
  let count = 0;
  for (const {partition, kind: failed, message} of await ledger.openItems.partitionFailures(run.id)) {
    if (kind !== undefined && kind !== failed) continue;
    count++;
    const remedy = remedyFor({kind: failed, message});
    remedies.add(`${failed}: ${remedy}`);
    report.data({type: 'failure', run: run.id, partition, kind: failed, message, remedy}, [
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
      const remedy = openRemedy(item);
      if (item.kind !== null) remedies.add(`${item.kind}: ${remedy}`);
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
  for (const remedy of remedies) report.note(remedy);
  if (count > 0) report.next('Take them up again', ['headgate', 'retry', run.id]);
  return 0;
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
