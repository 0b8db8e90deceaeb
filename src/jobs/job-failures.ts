import type {FailureKind} from '../core/failure.ts';
import {compareKeys} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {Job} from './job.ts';

export interface JobFailure {
  /** A relay's listing of a collection, a repository by its DID, a record by its URI. */
  readonly what: (typeof sections)[number];
  readonly key: string;
  readonly kind: FailureKind;
  readonly message: string;
  readonly remedy: string;
  /** Null where nobody counted. */
  readonly attempts: number | null;
  /** Who serves it, where that is known. */
  readonly host: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number | null;
}

export interface FailuresWanted {
  readonly kind?: FailureKind;
  /** Of the page before. */
  readonly cursor?: string;
  readonly limit: number;
}

export interface FailurePage {
  readonly failures: readonly JobFailure[];
  /** Null where it was the last page. */
  readonly cursor: string | null;
}

/** In the order in which they are told. */
const sections = ['listing', 'repository', 'record'] as const;

/** A page of what a job's run left open, as the ledger of its worker has it. */
export async function failuresOf(
  ledger: Ledger,
  {id, run}: Pick<Job, 'id' | 'run'>,
  {kind, cursor, limit}: FailuresWanted,
): Promise<FailurePage> {
  if (run === null) return {failures: [], cursor: null};
  if ((await ledger.runs.find(run)) === null)
    throw new OperatorError(
      'gate',
      `job ${id}: its run ${run} is in the ledger of another worker`,
      'Ask where that worker runs, or name its ledger: --ledger PATH',
    );
  const from = cursor === undefined ? null : positionOf(cursor);
  const failures: JobFailure[] = [];
  for (const what of sections.slice(from === null ? 0 : sections.indexOf(from.what))) {
    const after = from?.what === what ? from.key : '';
    // One more than there is room for tells whether there is another page.
    const room = limit + 1 - failures.length;
    if (room > 0) failures.push(...(await read(ledger, run, what, {after, room, kind})));
  }
  const last = failures[limit - 1];
  const hasMore = failures.length > limit && last !== undefined;
  return {failures: failures.slice(0, limit), cursor: hasMore ? `${last.what} ${last.key}` : null};
}

interface Wanted {
  readonly after: string;
  readonly room: number;
  readonly kind: FailureKind | undefined;
}

async function read(
  {repositories, openItems}: Ledger,
  run: string,
  what: JobFailure['what'],
  {after, room, kind}: Wanted,
): Promise<readonly JobFailure[]> {
  const ofKind = kind === undefined ? {} : {kind};
  switch (what) {
    case 'listing':
      // A relay has as many as there are collections.
      return [...(await repositories.failedStreams(run))]
        .sort((a, b) => compareKeys(a.stream, b.stream))
        .filter(
          ({stream, kind: failed}) =>
            compareKeys(stream, after) > 0 && (kind === undefined || failed === kind),
        )
        .slice(0, room)
        .map(({stream, ...fault}) => told(what, stream, fault));
    case 'repository':
      return (await openItems.partitionFailuresAfter(run, after, room, ofKind)).map(
        ({partition, attempts, host, at, ...fault}) => told(what, partition, fault, {attempts, host, at}),
      );
    case 'record':
      return (await openItems.after(run, after, room, {outcomes: ['failed'], ...ofKind})).map(
        ({key, kind: failed, message, attempts, at}) =>
          told(what, key, {kind: failed ?? 'invalid', message}, {attempts, host: null, at}),
      );
    default:
      return what satisfies never;
  }
}

function told(
  what: JobFailure['what'],
  key: string,
  {kind, message}: Pick<JobFailure, 'kind' | 'message'>,
  known: Pick<JobFailure, 'attempts' | 'host' | 'at'> = {attempts: null, host: null, at: null},
): JobFailure {
  return {what, key, kind, message, remedy: remedyFor({kind, message}), ...known};
}

function positionOf(cursor: string): Pick<JobFailure, 'what' | 'key'> {
  const [, section, key] = /^(\w+) (.+)$/s.exec(cursor) ?? [];
  const what = sections.find(known => known === section);
  if (what !== undefined && key !== undefined) return {what, key};
  throw new OperatorError(
    'usage',
    `cursor ${cursor}: this is not the cursor of a page of failures`,
    'Give the one of the page before, as it was answered.',
  );
}
