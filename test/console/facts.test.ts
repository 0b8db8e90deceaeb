import {describe, expect, it} from 'vitest';
import {loadFacts} from '../../src/console/facts.ts';
import type {Setup} from '../../src/console/setup.ts';
import {recordOf, runOf, shownRun} from '../../src/console/shown-run.ts';
import {view} from '../../src/console/state.ts';
import {holder, openLedger, order, setStatus} from '../ledger/ledger-under-test.ts';
import {liveRun, planRun, used} from '../runbook/flow-facts.ts';
import {makeIndex, writeAsset, writeAssets} from '../support/assets.ts';
import {type Bench, goLive, makeBench, rehearse, scopeWith} from '../support/engine.ts';
import {consoleState, followed, noFacts, setupView} from './console-states.ts';

function setupOf({connection}: Bench): Setup {
  return {
    name: 'asset-index',
    backfill: connection.backfill,
    sourceLabel: connection.source.label,
    targetLabel: connection.target.label,
    environment: null,
    prefix: '',
    open: () => Promise.resolve(connection),
    scope: () => scopeWith(),
  };
}

function factsOf(bench: Bench) {
  return loadFacts(bench.ledger, bench.engine.host, setupOf(bench));
}

describe('what the ledger knows', () => {
  it('is nothing before anything was run', async () => {
    expect(await factsOf(await makeBench())).toEqual({...noFacts});
  });

  it('follows the way from a plan over its live run to the plan after', async () => {
    const bench = await makeBench();
    const keys = writeAssets(bench.assets, 5);
    makeIndex(bench.index);
    const plan = (await rehearse(bench)).record;
    const planned = await factsOf(bench);
    expect(planned).toMatchObject({
      plan: {id: plan.id},
      live: null,
      newest: {id: plan.id},
      open: {run: plan.id},
    });
    expect(planned.coverage).toBeNull();
    expect(planned.took['dry-run']).toMatchObject({listed: keys.length});

    const live = (await goLive(bench, plan)).record;
    const executed = await factsOf(bench);
    expect(executed).toMatchObject({
      plan: {id: plan.id, usedBy: live.id},
      live: {id: live.id},
      newest: {id: live.id},
      open: {run: live.id, counts: {total: 0}},
    });
    expect(executed.coverage?.groups[0]).toMatchObject({done: keys.length, total: keys.length});
    expect(executed.trend).toHaveLength(1);
    expect(executed.checks.length).toBeGreaterThan(0);

    const next = (await rehearse(bench)).record;
    expect(await factsOf(bench)).toMatchObject({
      plan: {id: next.id},
      live: {id: live.id},
      open: {run: next.id},
    });
  });

  it('counts what a live run left open', async () => {
    const bench = await makeBench();
    writeAssets(bench.assets, 5);
    makeIndex(bench.index);
    const plan = (await rehearse(bench)).record;
    writeAsset(bench.assets, 'zzz/new.txt', 'appeared since');
    const live = (await goLive(bench, plan)).record;
    expect(await factsOf(bench)).toMatchObject({
      live: {id: live.id, status: 'incomplete'},
      open: {run: live.id, counts: {total: 1, waiting: 1, failed: 0}},
    });
  });

  it('says whose process is gone, and of nobody else', async () => {
    const ledger = await openLedger();
    const bench = await makeBench();
    const setup = {...setupOf(bench), sourceLabel: 'photos', targetLabel: 'index.sqlite'};
    await ledger.runs.create(order('plan'));
    await ledger.runs.move('plan', 'running', {holder: holder('somebody'), at: 1_000});
    const {self} = bench.engine.host;
    const knowing = (isAlive: boolean) => ({self: {...self, isAlive: () => isAlive}, now: () => 2_000});
    expect((await loadFacts(ledger, knowing(true), setup)).gone).toEqual([]);
    expect((await loadFacts(ledger, knowing(false), setup)).gone).toContain('plan');
    for (const status of ['paused', 'failed', 'completed', 'pending'] as const) {
      setStatus(ledger, 'plan', status);
      expect((await loadFacts(ledger, knowing(false), setup)).gone).toEqual([]);
    }
  });

  it('takes a process of another machine, or from before a restart of this one, for gone once it is silent', async () => {
    const ledger = await openLedger();
    const bench = await makeBench();
    const setup = {...setupOf(bench), sourceLabel: 'photos', targetLabel: 'index.sqlite'};
    await ledger.runs.create(order('plan'));
    await ledger.runs.move('plan', 'running', {holder: holder('somebody'), at: 1_000});
    const {self} = bench.engine.host;
    const goneAt = async (now: number) => (await loadFacts(ledger, {self, now: () => now}, setup)).gone;
    expect(await goneAt(61_000)).toEqual([]);
    expect(await goneAt(1_000_000)).toContain('plan');
  });

  it('is of these two ends alone', async () => {
    const bench = await makeBench();
    await bench.ledger.runs.create(order('elsewhere', {sourceLabel: 'music', targetLabel: 'other.sqlite'}));
    expect(await factsOf(bench)).toEqual({...noFacts});
  });
});

describe('the run that is shown', () => {
  const plan = planRun(used);
  const live = liveRun({status: 'paused'});
  const facts = {...noFacts, plan, live, newest: live};
  const old = planRun({id: 'old', status: 'failed'});
  const state = consoleState({setups: [setupView({facts})], history: [live, plan, old]});
  const [setup] = state.setups;
  if (setup === undefined) throw new Error('there is no setup');

  it('is the newest, the one at work here, or the one that was opened', () => {
    expect(shownRun(state, setup)?.run).toBe('live');
    const atWork = {...setup, atWork: 'now'};
    const working = {...state, setups: [atWork], runs: {now: {...followed(false), run: 'now'}}};
    expect(shownRun(working, atWork)?.run).toBe('now');
    const opened = {...working, views: [view('overview'), view('run', 'old')] as const};
    expect(shownRun(opened, atWork)).toMatchObject({run: 'old', snapshot: {status: 'failed'}});
    expect(shownRun({...state, setups: []}, setupView())).toBeNull();
  });

  it('is told by the ledger, unless this process has followed it and nobody took it up since', () => {
    const own = followed(true);
    const ended = {...own, run: 'live', snapshot: {...own.snapshot, status: live.status}};
    expect(runOf({...state, runs: {live: ended}}, 'live')).toBe(ended);
    const endedElsewhere = {...ended, snapshot: {...ended.snapshot, status: 'paused' as const}};
    expect(runOf({...state, runs: {live: endedElsewhere}}, 'live')?.snapshot.status).toBe(live.status);
    const takenUp = {
      ...state,
      runs: {live: ended},
      history: [],
      setups: [{...setup, facts: {...facts, live: {...live, status: 'running' as const}, newest: null}}],
    };
    expect(runOf(takenUp, 'live')).toMatchObject({ended: null, snapshot: {status: 'running'}});
    expect(runOf(state, 'unknown')).toBeNull();
  });

  it('is found wherever it is known', () => {
    expect(recordOf(state, 'old')).toBe(old);
    expect(recordOf(state, 'plan')).toBe(plan);
    expect(recordOf(state, 'unknown')).toBeNull();
  });
});
