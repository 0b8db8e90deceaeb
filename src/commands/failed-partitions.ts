import {findBackfill} from '../backfills/registry.ts';
import type {FailureKind} from '../core/failure.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import {counted, withoutName} from '../core/words.ts';
import type {FailedAlike, PartitionFailure} from '../ledger/open-items.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {FailedStream} from '../ledger/repositories.ts';
import type {Session} from './session.ts';

/** What a command lists of partitions that failed, and of streams that were not read to their end; each with its remedy. */

const atOnce = 5_000;

/** By kind, the most frequent first; of repositories each kind stands under how many they are, and at how many hosts. */
export async function tellPartitions(
  session: Session,
  run: RunRecord,
  alike: readonly FailedAlike[],
  onRemedy: (remedy: string) => void,
): Promise<void> {
  const {report} = session;
  const {repositories} = findBackfill(run.backfill);
  const hostOf = (address: string) => repositories?.hostOf(address) ?? address;
  for (const [kind, ones] of Map.groupBy(alike, each => each.kind)) {
    const count = ones.reduce((sum, each) => sum + each.count, 0);
    const hosts = new Set(ones.flatMap(({host}) => (host === null ? [] : [hostOf(host)])));
    if (repositories !== undefined)
      report.heading(
        `${kind}: ${counted(count, ...repositories.words)}${hosts.size === 0 ? '' : ` at ${counted(hosts.size, 'host')}`}`,
      );
    for await (const failure of failuresOf(session, run.id, kind)) {
      const {partition, message, attempts, at} = failure;
      const host = failure.host === null ? null : hostOf(failure.host);
      const remedy = remedyFor({kind, message});
      onRemedy(`${kind}: ${remedy}`);
      report.data({type: 'failure', run: run.id, partition, kind, message, attempts, host, remedy, at}, [
        repositories === undefined
          ? `partition ${partition}  failed (${kind}): ${message}`
          : `  ${partition}  ${host === null ? '' : `${host}  `}${attempts > 1 ? `after ${attempts} attempts: ` : ''}${withoutName(withoutName(message, partition), host ?? '')}`,
      ]);
    }
  }
}

async function* failuresOf(
  {ledger}: Session,
  run: string,
  kind: FailureKind,
): AsyncGenerator<PartitionFailure> {
  for (let after = ''; ; ) {
    const page = await ledger.openItems.partitionFailuresAfter(run, after, atOnce, {kind});
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.partition;
    yield* page;
  }
}

export function tellStreams(
  {report}: Session,
  run: RunRecord,
  streams: readonly FailedStream[],
  onRemedy: (remedy: string) => void,
): void {
  for (const {stream, kind, message} of streams) {
    const remedy = remedyFor({kind, message});
    onRemedy(`${kind}: ${remedy}`);
    report.data({type: 'failure', run: run.id, stream, kind, message, remedy}, [
      `${stream}  could not be read to its end (${kind}): ${message}`,
    ]);
  }
}
