import type {AnyBackfill} from '../backfills/registry.ts';
import {changedOf, listedOf} from '../core/accounting.ts';
import type {CheckResult} from '../core/checks.ts';
import {OperatorError} from '../core/operator-error.ts';
import {errorsOf, type Probe} from '../core/probe.ts';
import {prefixOf, sinceOf} from '../core/scope.ts';
import type {Reader} from '../databases/database.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Gate, GateFacts, Thresholds} from '../runbook/gate.ts';
import {gatesOf} from '../runbook/gates.ts';
import type {Connection, RunConnection} from './connection.ts';
import type {EngineHost} from './engine-host.ts';
import {leaseObstacle} from './lease-obstacle.ts';
import {Limiter} from './limiter.ts';
import {readLease} from './mark.ts';
import {reading} from './steady-reader.ts';
import {measure} from './verify.ts';

export interface GateOptions {
  /** The target's name as typed; null where nothing was typed yet. */
  readonly confirm: string | null;
  readonly acceptedFailures: number | null;
  readonly takeOver: string | null;
  /** The source's name as typed, where nothing narrows the run. */
  readonly whole?: string | null;
  /** How many objects of an inventory that is empty or has shrunk are accepted. */
  readonly acceptedListed?: number | null;
  readonly thresholds: Thresholds | null;
  /** The run that is to be undone; without one, the plan is to go live. */
  readonly undoes?: string;
}

/** How the gates stand before anything was typed. */
export const nothingTyped = {
  confirm: null,
  acceptedFailures: null,
  takeOver: null,
  thresholds: null,
} as const;

/** Rows and indexes of a change in the target, and its before-image in the ledger: generous, to be refused early. */
const bytesPerChange = 2_048;
const bytesAtLeast = 16 * 1_048_576;

/** Looks at everything that the gates depend on, as it is now. */
export async function lookAtGates(
  host: EngineHost,
  connection: RunConnection,
  plan: RunRecord,
  probe: Probe<unknown>,
  reader: Reader,
  options: GateOptions,
): Promise<readonly Gate[]> {
  const {ledger, settings, now, configDigest, program, self} = host;
  const {marks} = connection.target;
  const [lease, broken, space, failedItems, taker] = await Promise.all([
    marks ? readLease(reader) : null,
    errorsOf(probe).length > 0 || plan.undoes !== null
      ? []
      : newlyBroken(host, connection, plan, probe, reader),
    leastSpace(host, connection),
    ledger.openItems.count(plan.id, {outcomes: ['failed']}),
    takerOf(host, plan),
  ]);
  host.giveUp?.throwIfAborted();
  const obstacle = leaseObstacle(lease, self, options.takeOver);
  return gatesOf({
    plan,
    undoes: options.undoes ?? null,
    taker,
    now: now(),
    planHours: settings.planHours,
    findings: probe.findings,
    present: {
      source: connection.source.id,
      target: connection.target.id,
      schema: probe.schema,
      configDigest,
      program,
    },
    openFailures: failedItems + plan.partitions.failed,
    acceptedFailures: options.acceptedFailures,
    newlyBroken: broken,
    space: {...space, needed: bytesAtLeast + changedOf(plan.tally) * bytesPerChange},
    leaseObstacle: obstacle === null ? null : [obstacle.message, obstacle.hint].join('. '),
    whole: wholeOf(connection, plan, options.whole ?? null),
    inventory: await inventoryOf(ledger, connection, plan, options.acceptedListed ?? null),
    publish: publishOf(connection, plan),
    thresholds: options.thresholds,
    confirmation: {expected: connection.target.name, typed: options.confirm},
  });
}

async function takerOf({ledger, self}: EngineHost, {usedBy}: RunRecord): Promise<GateFacts['taker']> {
  const run = usedBy === null ? null : await ledger.runs.find(usedBy);
  if (run === null) return null;
  const {id, status, holder} = run;
  return {id, status, isAlive: holder !== null && self.isAlive(holder)};
}

/** What has to be typed where a plan is of everything that its source has; null where nothing has to be. */
function wholeOf(
  {backfill, source}: RunConnection,
  {scope, undoes}: RunRecord,
  typed: string | null,
): GateFacts['whole'] {
  const expected = wholeName(backfill, source.label, scope);
  return expected === null || undoes !== null ? null : {expected, typed};
}

/** How a listing that stands for all that there is compares with the last one; null where it does not stand for that. */
export async function inventoryOf(
  {runs}: Ledger,
  {backfill, options}: RunConnection,
  plan: RunRecord,
  accepted: number | null,
  tally = plan.tally,
): Promise<GateFacts['inventory']> {
  // What was put there since some time may well be nothing.
  if (backfill.shrinks === undefined || plan.undoes !== null || sinceOf(plan.scope) !== null) return null;
  return {
    listed: listedOf(tally),
    before: await runs.lastListed(plan),
    share: backfill.shrinks(options ?? backfill.options.parse(undefined)),
    accepted,
  };
}

function publishOf({backfill, target}: RunConnection, {tally, undoes}: RunRecord): GateFacts['publish'] {
  const {publication} = backfill;
  if (publication === undefined || undoes !== null) return null;
  return {inserts: tally.inserted, most: publication.most[target.service] ?? null};
}

/** The name of the source, where a run of all of it has to be confirmed; null where it has not. */
export function wholeName(
  {confirmsWhole}: Pick<AnyBackfill, 'confirmsWhole'>,
  sourceLabel: string,
  scope: unknown,
): string | null {
  if (confirmsWhole !== true || prefixOf(scope) !== '') return null;
  return sourceLabel.split('?')[0]?.replace(/\/+$/, '').split('/').at(-1) ?? sourceLabel;
}

/** One error that names every closed gate, each with what opens it. */
export function requireOpen(gates: readonly Gate[]): void {
  const closed = gates.filter(({holds}) => !holds);
  const [first, second] = closed;
  if (first === undefined) return;
  if (second === undefined) throw new OperatorError('gate', `not going live: ${first.reason}`, first.unlock);
  const lines = closed.flatMap(({title, reason, unlock}) => [
    `  ${title}: ${reason}`,
    ...(unlock === undefined ? [] : [`    ${unlock}`]),
  ]);
  throw new OperatorError('gate', `not going live, ${closed.length} gates are closed:\n${lines.join('\n')}`);
}

/** Blocking invariants of the target alone, which are cheap to measure, against the last measurement in the ledger. */
async function newlyBroken(
  host: EngineHost,
  connection: Connection,
  plan: RunRecord,
  probe: Probe<unknown>,
  reader: Reader,
): Promise<readonly CheckResult[]> {
  const {checks} = await measureTarget(host, connection, plan.scope, probe, reader, null);
  const broken: CheckResult[] = [];
  for (const check of checks) {
    const baseline = await host.ledger.measurements.baseline(connection.target.id, check.id);
    if (check.severity === 'blocking' && check.count > (baseline ?? 0)) broken.push(check);
  }
  return broken;
}

/** How the target stands before a dry run, kept with it. A run whose beginning fails, or is given up, never was. */
export async function measureBaseline(
  host: EngineHost,
  connection: Connection,
  {id, scope}: RunRecord,
  probe: Probe<unknown>,
): Promise<void> {
  try {
    await reading(host, connection.target, reader =>
      measureTarget(host, connection, scope, probe, reader, id),
    );
  } catch (error) {
    await host.ledger.runs.discard(id);
    throw error;
  }
}

function measureTarget(
  host: EngineHost,
  connection: Connection,
  scope: unknown,
  probe: Probe<unknown>,
  reader: Reader,
  run: string | null,
) {
  return measure({
    host,
    connection: {...connection, source: null},
    reader,
    scope,
    probe,
    run,
    causesFrom: null,
    sample: 0,
    reads: ['target'],
    coverage: false,
    signal: host.giveUp ?? new AbortController().signal,
    limiter: new Limiter({start: 1, max: 1, rate: null, now: host.now}),
    emit: () => undefined,
  });
}

const mebibyte = 1_048_576;

/** Of the target's disk and the ledger's the one that has less; where both have about the same, they are one. */
async function leastSpace(
  {ledger}: EngineHost,
  {target}: Connection,
): Promise<{readonly free: number | null; readonly where: string}> {
  const [ofTarget, ofLedger] = await Promise.all([target.freeBytes(), ledger.freeBytes()]);
  if (ofTarget === null) return {free: ofLedger, where: 'the ledger'};
  if (ofLedger === null) return {free: ofTarget, where: target.name};
  if (Math.abs(ofTarget - ofLedger) < mebibyte)
    return {free: Math.min(ofTarget, ofLedger), where: `${target.name} and the ledger`};
  return ofTarget < ofLedger ? {free: ofTarget, where: target.name} : {free: ofLedger, where: 'the ledger'};
}
