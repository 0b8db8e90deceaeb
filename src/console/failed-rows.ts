import {backfills} from '../backfills/registry.ts';
import type {FailureKind} from '../core/failure.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import {counted, number, withoutName} from '../core/words.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {FailedAlike, PartitionFailure} from '../ledger/open-items.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {FailedStream} from '../ledger/repositories.ts';
import {attemptsText} from './list-rows.ts';
import type {ListRow} from './state.ts';

/** What lists show of partitions that failed. Ranges are few; of repositories a row stands for all that failed alike. */

export async function failedPartitionRows(
  {openItems}: Ledger,
  {id, backfill}: RunRecord,
): Promise<readonly ListRow[]> {
  const repositories = repositoriesOf(backfill);
  if (repositories === undefined) return (await openItems.partitionFailures(id)).map(rangeRow);
  const alike = await openItems.failedAlike(id);
  return [...Map.groupBy(alike, ({kind}) => kind)].map(([kind, ones]) =>
    kindRow(kind, ones, repositories.words, hostNames(backfill)),
  );
}

/** A range of keys that could not be listed to its end. */
function rangeRow({partition, kind, message}: PartitionFailure): ListRow {
  return {key: partition, text: `partition ${partition}  ${kind}: ${message}`, detail: message};
}

/** Hosts of a kind that are named. */
const named = 3;

/** `connection: 400 repositories at 3 hosts`, and below which hosts, what one of them said, and what to do. */
function kindRow(
  kind: FailureKind,
  ones: readonly FailedAlike[],
  words: readonly [string, string],
  hostOf: (address: string) => string,
): ListRow {
  const count = ones.reduce((sum, each) => sum + each.count, 0);
  const hosts = ones.filter(({host}) => host !== null);
  const at = hosts.length === 0 ? '' : ` at ${counted(hosts.length, 'host')}`;
  const most = hosts
    .slice(0, named)
    .map(({host, count: times}) => `${host === null ? '' : hostOf(host)} ${number(times)}`);
  const rest = hosts.length - most.length;
  const [{message} = {message: ''}] = ones;
  return {
    key: kind,
    kind,
    isGroup: true,
    text: `${kind}: ${counted(count, ...words)}${at}`,
    detail: [
      ...(most.length === 0
        ? []
        : [`${most.join(', ')}${rest > 0 ? ` and ${counted(rest, 'host')} more` : ''}`]),
      message,
      remedyFor({kind, message}),
    ].join('\n'),
  };
}

/** `did:plc:abc  lock.example` */
export function repositoryRow(
  {partition, host, kind, message, attempts}: PartitionFailure,
  backfill: string,
): ListRow {
  return {
    key: partition,
    kind,
    text: `${partition}${host === null ? '' : `  ${hostNames(backfill)(host)}`}`,
    detail: `${withoutName(message, partition)}${attemptsText(attempts)}\n${remedyFor({kind, message})}`,
  };
}

export function streamRow({stream, kind, message}: FailedStream): ListRow {
  return {
    key: stream,
    kind,
    text: `${stream}  not read to its end (${kind})`,
    detail: `${message}\n${remedyFor({kind, message})}`,
  };
}

function repositoriesOf(backfill: string) {
  return backfills.find(({id}) => id === backfill)?.repositories;
}

/** Hosts by name, where the ledger has their addresses. */
function hostNames(backfill: string): (address: string) => string {
  const repositories = repositoriesOf(backfill);
  return address => repositories?.hostOf(address) ?? address;
}
