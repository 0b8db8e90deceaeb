import type {ChangeKind} from '../backfills/target-costs.ts';
import {type Count, plus, weighted} from '../core/count.ts';
import type {EstimateFacts, Kinds, Outlook, TargetFacts} from './estimate-facts.ts';

/**
 * What a step asks of the target: requests, and rows as D1 counts them, from what the engine really sends. A test holds
 * it against runs on a real D1 (test/e2e/estimate-cloudflare.test.ts): rows within two percent; requests within a tenth
 * in key order, within a half where pages share them. Left out: what is tried again, and other programs that write.
 */
export interface TargetUse {
  readonly requests: number;
  readonly rowsRead: Count;
  readonly rowsWritten: Count;
}

/** What the step does with pages, and how long they last for other reasons than the target. */
export interface PageWork {
  readonly pages: number;
  readonly changedPages: number;
  /** Seconds that pages take for whatever else they wait for. */
  readonly otherwise: number;
  readonly isParted: boolean;
}

const nothing: Count = {value: 0, low: 0, high: 0};

/** Before anything else: the service is asked for the database, and the schema is looked at. */
function opening({probeRequests, costs, provesAtomicity}: TargetFacts): TargetUse {
  return {
    requests: probeRequests + (provesAtomicity ? 1 : 0),
    rowsRead: plus(nothing, costs.probe + schemaRows),
    rowsWritten: nothing,
  };
}

/** Rows of the schema that a probe passes. */
const schemaRows = 50;

/** The invariants of the target alone: asked for together, chunk by chunk. */
function checks({costs: {passes}}: TargetFacts, rows: number): TargetUse {
  const {read, rowsAtOnce} = passes.checks;
  return {
    requests: Math.floor(rows / rowsAtOnce) + 1,
    rowsRead: plus(nothing, read * rows),
    rowsWritten: nothing,
  };
}

/** All rows beside the listing, chunk by chunk until an empty one. */
function survey({costs: {passes}}: TargetFacts, rows: number): TargetUse {
  const {read, rowsAtOnce} = passes.survey;
  return {
    requests: Math.ceil(rows / rowsAtOnce) + 1,
    rowsRead: plus(nothing, read * rows),
    rowsWritten: nothing,
  };
}

export function dryRunUse(facts: EstimateFacts, {items}: Outlook, work: PageWork): TargetUse {
  const {target} = facts;
  return all([
    opening(target),
    checks(target, target.costs.rows.count),
    {
      requests: pageRequests(facts, {...work, changedPages: 0}),
      rowsRead: decided(target, items),
      rowsWritten: nothing,
    },
  ]);
}

/** The bookmark; the lease, taken and given back; two requests to see that a transaction is all or nothing. */
const liveRequests = 5;
/** The two tables and the lease's row, taken and given back. */
const liveRows = 8;
/** A partition's first mark has an index entry more, and is removed in the end. */
const rowsOfPartition = 2;
/** A page's mark, and the number that each of its statements counts into it. */
const rowsOfMark = 1;
/** One renewal of the lease with each transaction. */
const rowsOfRenewal = 1;
/** Rows that a page's mark, counts and lease read. */
const readOfPage = 10;

export function liveUse(facts: EstimateFacts, outlook: Outlook, work: PageWork): TargetUse {
  const {target, settings} = facts;
  const {items} = outlook;
  const {costs, marks, provesAtomicity} = target;
  const pages = pageRequests(facts, work);
  const renewals = Math.floor(
    Math.max(work.otherwise, pages / (target.perSecond ?? Number.POSITIVE_INFINITY)) /
      (settings.leaseSeconds / 3),
  );
  const counted = items.insert.value > 0 && items.update.value > 0 ? 2 : 1;
  const partitions = work.isParted ? settings.partitions : 1;
  const ofMarks = marks
    ? liveRows +
      renewals +
      partitions * rowsOfPartition +
      work.changedPages * (rowsOfMark + counted + rowsOfRenewal)
    : 0;
  return all([
    opening(target),
    checks(target, costs.rows.count),
    {
      requests: (marks ? liveRequests : 0) + (provesAtomicity && !marks ? 1 : 0) + renewals + pages,
      rowsRead: plus(
        sum([decided(target, items), changes(outlook, costs.read)]),
        readOfPage * work.changedPages,
      ),
      rowsWritten: plus(changes(outlook, costs.written), costs.written.page * work.changedPages + ofMarks),
    },
  ]);
}

/** A plan without changes is looked at, and nothing is touched. */
export function idleUse({target}: EstimateFacts): TargetUse {
  return all([opening(target), checks(target, target.costs.rows.count)]);
}

export function verifyUse({target, isNarrowed}: EstimateFacts, rows: number, inScope: number): TargetUse {
  return all([checks(target, rows), survey(target, isNarrowed ? Math.min(rows, inScope) : rows)]);
}

function decided(
  {costs: {read}}: TargetFacts,
  {insert, update, delete: gone, unchanged, skip}: Kinds<Count>,
) {
  return weighted([
    [insert, read.decideMissing],
    ...[update, gone, unchanged, skip].map(count => [count, read.decideKnown] as const),
  ]);
}

function changes({items, changes: every}: Outlook, cost: Readonly<Record<ChangeKind, number>>): Count {
  const kinds = weighted([
    [items.insert, cost.insert],
    [items.update, cost.update],
    [items.delete, cost.delete],
  ]);
  const each = [cost.insert, cost.update, cost.delete];
  return {
    value: kinds.value,
    low: Math.max(kinds.low, every.low * Math.min(...each)),
    high: Math.max(kinds.value, Math.min(kinds.high, every.high * Math.max(...each))),
  };
}

/**
 * Pages of several partitions that wait for a turn at the same time share requests, so a target that is the bottleneck
 * is asked less often. Measured on a local D1 with four partitions, three requests a second and 157 pages: after the
 * range was parted, a page that was only decided took a third of a request, one that was written as well 0.78.
 */
const sharedRead = 1.25;
const sharedWrite = 2;

export function pageRequests(
  {target: {perSecond}, settings}: EstimateFacts,
  {pages, changedPages, otherwise, isParted}: PageWork,
): number {
  if (perSecond === null) return 0;
  const alone = pages + changedPages;
  if (!isParted || alone === 0) return alone;
  const before = Math.min(alone, perSecond * settings.splitAfterSeconds);
  const shared = (pages * sharedRead + changedPages * sharedWrite) / settings.partitions;
  const together = before + (1 - before / alone) * shared;
  // While pages wait for something else, nobody has to share.
  return Math.round(Math.min(alone, Math.max(together, otherwise * perSecond)));
}

function sum(counts: readonly Count[]): Count {
  return weighted(counts.map(count => [count, 1]));
}

function all(uses: readonly TargetUse[]): TargetUse {
  return {
    requests: uses.reduce((total, {requests}) => total + requests, 0),
    rowsRead: sum(uses.map(({rowsRead}) => rowsRead)),
    rowsWritten: sum(uses.map(({rowsWritten}) => rowsWritten)),
  };
}
