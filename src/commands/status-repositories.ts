import {findBackfill, repositoryNouns} from '../backfills/registry.ts';
import {foundOf, listedOf} from '../core/accounting.ts';
import {counted, number} from '../core/words.ts';
import type {FailedAlike} from '../ledger/open-items.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {FailedStream} from '../ledger/repositories.ts';
import type {Session} from './session.ts';

/** What the status of a run says of its partitions; of repositories also how they failed, and which listings broke off. */

export interface PartitionStatus {
  readonly alike: readonly FailedAlike[];
  readonly streams: readonly FailedStream[];
}

export async function partitionStatus({ledger}: Session, {id}: RunRecord): Promise<PartitionStatus> {
  const [alike, streams] = await Promise.all([
    ledger.openItems.failedAlike(id),
    ledger.repositories.failedStreams(id),
  ]);
  return {alike, streams};
}

/** For programs: hosts by name. */
export function partitionObject(
  {backfill}: RunRecord,
  {alike, streams}: PartitionStatus,
): Readonly<Record<string, unknown>> {
  if (repositoryNouns(backfill) === null) return {};
  return {
    failedPartitions: alike.map(({host, ...rest}) => ({...rest, host: nameOf(backfill, host)})),
    failedStreams: streams,
  };
}

export function partitionLines(run: RunRecord, {alike, streams}: PartitionStatus): readonly string[] {
  const {partitions, discovered, backfill, undoes} = run;
  const {done, failed, pending} = partitions;
  const nouns = undoes === null ? repositoryNouns(backfill) : null;
  if (nouns === null)
    return [
      `partitions  ${counted(done, 'done', 'done')}, ${number(failed)} failed, ${number(pending)} pending`,
    ];
  const kinds = [...Map.groupBy(alike, ({kind}) => kind)].map(([kind, ones]) =>
    kindText(backfill, kind, ones),
  );
  return [
    `partitions  ${counted(done, ...nouns.repositories)} fetched, ${number(failed)} failed, ${number(pending)} pending, of ${number(foundOf(partitions))} found${discovered ? '' : ' so far'}`,
    ...kinds.map((text, index) => `${(index === 0 ? 'failed' : '').padEnd(12)}${text}`),
    ...streams.map(
      ({stream, kind, message}, index) =>
        `${(index === 0 ? 'broken off' : '').padEnd(12)}${stream} (${kind}): ${message}`,
    ),
  ];
}

/** Hosts of a kind that are named. */
const named = 3;

/** `30 connection: lock.example 28, weir.example 2` */
function kindText(backfill: string, kind: string, ones: readonly FailedAlike[]): string {
  const count = ones.reduce((sum, each) => sum + each.count, 0);
  const hosts = ones.flatMap(({host, count: times}) => {
    const name = nameOf(backfill, host);
    return name === null ? [] : [`${name} ${number(times)}`];
  });
  const rest = hosts.length - named;
  const more = rest > 0 ? ` and ${counted(rest, 'host')} more` : '';
  return `${number(count)} ${kind}${hosts.length === 0 ? '' : `: ${hosts.slice(0, named).join(', ')}${more}`}`;
}

function nameOf(backfill: string, host: string | null): string | null {
  return host === null ? null : (findBackfill(backfill).repositories?.hostOf(host) ?? host);
}

/** `25,301 records of 4,963 repositories, 37 repositories failed`, or `41 items, 1 failed`. */
export function listedText({backfill, tally, partitions, undoes}: RunRecord): string {
  const nouns = undoes === null ? repositoryNouns(backfill) : null;
  const failed = tally.failed === 0 ? '' : `, ${number(tally.failed)} failed`;
  if (nouns === null) return `${counted(listedOf(tally), 'item')}${failed}`;
  const repositories =
    partitions.failed === 0 ? '' : `, ${counted(partitions.failed, ...nouns.repositories)} failed`;
  return `${counted(listedOf(tally), ...nouns.items)} of ${counted(partitions.done, ...nouns.repositories)}${failed}${repositories}`;
}
