import {type RunMode, runModes} from '../core/run.ts';
import {narrowedOf} from '../core/scope.ts';
import {isAbandoned} from '../engine/claim-run.ts';
import type {EngineHost} from '../engine/engine-host.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Took} from '../ledger/run-ends.ts';
import {openCounts} from '../runbook/open-counts.ts';
import type {Setup} from './setup.ts';
import type {SetupFacts} from './state.ts';

/** Measurements that the trend goes back. */
const trendPoints = 24;

/** What the ledger knows of a setup, without opening source or target. */
export async function loadFacts(
  ledger: Ledger,
  {self, now}: Pick<EngineHost, 'self' | 'now'>,
  setup: Setup,
): Promise<SetupFacts> {
  const {runs, measurements} = ledger;
  const backfill = setup.backfill.id;
  const {sourceLabel, targetLabel, prefix, whose} = setup;
  const narrowed = narrowedOf({prefix, ...whose});
  const ends = {backfill, sourceLabel, targetLabel, narrowed};
  const [plan, newest] = await Promise.all([runs.latestOf(ends, ['dry-run']), runs.latestOf(ends, runModes)]);
  const live =
    plan?.usedBy == null ? await runs.latestOf(ends, ['live', 'undo']) : await runs.find(plan.usedBy);
  // What was measured against another source says nothing of this one.
  const measured = newest === null ? null : {target: newest.target, backfill, sourceLabel, narrowed};
  const [checks, coverage, trend, took, open] = await Promise.all([
    measured === null ? [] : measurements.lastChecks(measured),
    measured === null ? null : measurements.lastCoverage(measured),
    measured === null ? [] : measurements.coverageTrend(measured, trendPoints),
    Promise.all(
      (['dry-run', 'live', 'undo', 'verify'] as const).map(
        async mode => [mode, await runs.lastTook(ends, mode)] as const,
      ),
    ),
    openOf(ledger, plan, live),
  ]);
  return {
    plan,
    live,
    newest,
    open,
    checks,
    coverage,
    trend,
    took: tookBy(took),
    gone: (await runs.active()).filter(run => isAbandoned(self, run, now())).map(({id}) => id),
  };
}

/** What there is to take up: of the plan until it is executed, then of the run that executed it. */
async function openOf(
  {openItems, repositories}: Ledger,
  plan: RunRecord | null,
  live: RunRecord | null,
): Promise<SetupFacts['open']> {
  const run = plan !== null && plan.usedBy === null ? plan : (live ?? plan);
  if (run === null) return null;
  const [items, partitions, streams] = await Promise.all([
    openItems.counts(run.id),
    openItems.failedAlike(run.id),
    repositories.failedStreams(run.id),
  ]);
  return {run: run.id, counts: openCounts(items, partitions, streams.length)};
}

function tookBy(all: readonly (readonly [RunMode, Took | null])[]): SetupFacts['took'] {
  return Object.fromEntries(all.filter(([, took]) => took !== null));
}
