import type {Preview} from '../backfills/backfill.ts';
import {changedOf, foundOf} from '../core/accounting.ts';
import type {Action} from '../core/entry.ts';
import {Fault} from '../core/failure.ts';
import type {Cost} from '../core/money.ts';
import type {Probe} from '../core/probe.ts';
import type {Reader, Target} from '../databases/database.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';
import type {Engine} from './engine.ts';
import type {EngineHost} from './engine-host.ts';
import type {EstimateFacts} from './estimate-facts.ts';
import {liveStep, type Planned, verifyStep} from './estimate-steps.ts';
import {requestsTo} from './estimate-target.ts';
import {durationOf} from './estimate-time.ts';
import {costsOf, usageOf} from './estimate-use.ts';
import {standingTables} from './mark.ts';
import {markTables} from './mark-statements.ts';
import {previewOf} from './preview-of.ts';
import {effectsOf} from './review-effects.ts';
import {listOnePage, plannedOutlook, reviewFacts} from './review-facts.ts';
import {actionsOf, planFacts} from './review-plan.ts';
import {reading} from './steady-reader.ts';

/** What there is to know of a plan before it goes live, most of it predicted. */
export interface Review {
  /** What the plan decided, by action; they add up to what was listed. */
  readonly actions: Readonly<Record<Action, number>>;
  /** Predicted rows as the target counts them, verification included; null where it counts none. */
  readonly rows: {readonly read: number; readonly written: number} | null;
  /** Up to five changes, spread over the plan in key order; of each kind that it has, one at least. */
  readonly samples: readonly ReviewSample[];
  /** What could not be decided, or may have changed, is read again: so many items, of so many bytes: exact, unless something failed. */
  readonly itemsToRead: number;
  readonly bytesToRead: number;
  /** How many decisions have a note of each kind: what is there already, what looks alike. */
  readonly notes: Readonly<Record<string, number>>;
  /** The first of those that are to be read. */
  readonly warned: readonly {readonly key: string; readonly note: string}[];
  /** What is uploaded; null where nothing is. */
  readonly uploads: {readonly items: number; readonly bytes: number; readonly isLocal: boolean} | null;
  /** Repositories that are read once more as a whole: their plan holds no content; null where that is not so. */
  readonly repositories: {
    readonly count: number;
    readonly words: readonly [one: string, several: string];
  } | null;
  /** Objects that verification reads again, and about how many bytes they are. */
  readonly verifies: {readonly items: number; readonly bytes: number};
  /** Predicted, verification included; 0 where nothing counts requests, as on a disk of this machine. */
  readonly requests: {readonly source: number; readonly target: number; readonly provider: number};
  /** Predicted, verification included; how long it takes to upload, nobody has measured. */
  readonly seconds: number;
  /** At list prices; null where nothing is billed. */
  readonly money: ReviewMoney | null;
  /** The tables that Headgate keeps in the target while it writes; none where marks are off, or nothing is written. */
  readonly tables: readonly {readonly name: string; readonly isThere: boolean}[];
  /** Where the run is published as a whole: so many rows, staged in this table until then; null where it is not. */
  readonly publishes: {readonly table: string; readonly rows: number} | null;
  /** The target's service can bring the whole database back to its state before the run (Time Travel). */
  readonly bookmark: boolean;
}

export interface ReviewSample {
  readonly key: string;
  readonly action: Action;
  /** Null where this program can't read the change. */
  readonly preview: Preview | null;
}

export interface ReviewMoney {
  /** As if nothing were free. */
  readonly usd: number;
  /** What is left where this month's free allowances are untouched. */
  readonly usdBeyondFree: number;
  readonly costs: readonly Cost[];
}

/** Reads the plan in the ledger, one page of the source's listing, and the target's schema. It writes nothing. */
export async function reviewPlan(engine: Engine, connection: RunConnection, run: RunRecord): Promise<Review> {
  const before = requestsTo(connection);
  const probe = await engine.fineProbe(connection, run.scope);
  const probing = {probe, requests: requestsTo(connection) - before};
  return reading(engine.host, connection.target, reader =>
    reviewed(engine.host, connection, run, reader, probing),
  );
}

async function reviewed(
  host: EngineHost,
  connection: RunConnection,
  run: RunRecord,
  reader: Reader,
  {probe, requests}: {readonly probe: Probe<unknown>; readonly requests: number},
): Promise<Review> {
  const [plan, actions, page] = await Promise.all([
    planFacts(host.ledger, run, {
      ...effectsOf(host, connection, run, reader),
      warnings: connection.backfill.words.warnings ?? [],
    }),
    actionsOf(host.ledger, run),
    listOnePage(host, connection, reader, probe, run),
  ]);
  const facts = reviewFacts(host, connection, run, probe, requests, plan, page);
  const {live, verify} = stepsOf(run, facts);
  const steps = [live, ...(verify === null ? [] : [verify])];
  const {source, target} = usageOf(steps.map(({step}) => step));
  const isRemote = facts.source !== 'local';
  const repositories = repositoriesOf(connection, run);
  const [tables, bookmark] = await Promise.all([
    tablesIn(reader, connection.target, run),
    hasBookmark(connection.target),
  ]);
  return {
    actions,
    rows:
      facts.target.perSecond === null
        ? null
        : {read: target.rowsRead.value, written: target.rowsWritten.value},
    samples: plan.samples.map(entry => ({
      key: entry.key,
      action: entry.action,
      preview: previewOf(run, entry),
    })),
    notes: plan.notes,
    warned: plan.warned,
    uploads:
      connection.backfill.effects === undefined || run.undoes !== null
        ? null
        : {...plan.moved, isLocal: plan.effects.isLocal},
    itemsToRead: repositories === null ? plan.unproven.items : 0,
    bytesToRead: repositories === null ? plan.unproven.bytes : 0,
    repositories,
    verifies:
      repositories === null
        ? {items: verify?.step.source.get ?? 0, bytes: verify?.step.source.bytes ?? 0}
        : {items: 0, bytes: 0},
    requests: {
      source: isRemote && repositories === null ? source.list + source.get : 0,
      target: target.requests,
      provider:
        plan.effects.requests +
        (plan.effects.isLocal ? 0 : requestsToReread * (verify?.step.source.get ?? 0)),
    },
    seconds:
      repositories === null ? durationOf(steps.flatMap(({phases}) => phases)).seconds : tookSeconds(run),
    money: moneyOf(costsOf(facts, source, target)),
    tables,
    publishes: publishesOf(connection, run),
    bookmark,
  };
}

/** Where an object is, and then its bytes. */
const requestsToReread = 2;

/** They are fetched as they were in the dry run, with as many requests and in as long a time. */
function repositoriesOf(
  {backfill: {repositories}}: RunConnection,
  {partitions, undoes}: RunRecord,
): Review['repositories'] {
  return repositories === undefined || undoes !== null
    ? null
    : {count: foundOf(partitions), words: repositories.words};
}

function tookSeconds({startedAt, finishedAt}: RunRecord): number {
  return startedAt === null || finishedAt === null ? 0 : (finishedAt - startedAt) / 1_000;
}

function publishesOf(
  {backfill: {publication}}: RunConnection,
  {tally, undoes}: RunRecord,
): Review['publishes'] {
  return publication === undefined || undoes !== null || tally.inserted === 0
    ? null
    : {table: publication.table, rows: tally.inserted};
}

/** An undo is not verified. */
function stepsOf(
  run: RunRecord,
  facts: EstimateFacts,
): {readonly live: Planned; readonly verify: Planned | null} {
  const outlook = plannedOutlook(run);
  const {items, changes} = outlook;
  const rows = facts.target.costs.rows.count + items.insert.value;
  const inScope = facts.listing.all.items - items.fail.value - items.skip.value;
  return {
    live: liveStep(facts, outlook),
    verify: run.undoes === null ? verifyStep(facts, rows, inScope, changes) : null,
  };
}

function moneyOf(costs: readonly Cost[]): ReviewMoney | null {
  if (costs.length === 0) return null;
  return {
    usd: costs.reduce((sum, {usd}) => sum + usd, 0),
    usdBeyondFree: costs.reduce((sum, {usdBeyondFree}) => sum + usdBeyondFree, 0),
    costs,
  };
}

async function tablesIn(reader: Reader, {marks}: Target, {tally}: RunRecord): Promise<Review['tables']> {
  if (!marks || changedOf(tally) === 0) return [];
  const standing = await standingTables(reader);
  return markTables.map(name => ({name, isThere: standing.includes(name)}));
}

/** A live run goes on without one that can't be read, so the review does too. */
async function hasBookmark(target: Target): Promise<boolean> {
  try {
    return (await target.bookmark()) !== null;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}
