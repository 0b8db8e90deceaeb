import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {progressOf} from '../../src/console/progress.ts';
import {reduceRun, startRunView} from '../../src/console/reduce-run.ts';
import {repositoryRunOf} from '../../src/console/repository-run.ts';
import type {RunView} from '../../src/console/run-view.ts';
import {barLine} from '../../src/console/screens/run-lines.ts';
import {progressTexts} from '../../src/console/spoken/said-runs.ts';
import {saidScreen} from '../../src/console/spoken/said-screen.ts';
import {view as viewOf} from '../../src/console/state.ts';
import {textOf} from '../../src/console/text.ts';
import type {RunEvent} from '../../src/core/event.ts';
import {consoleState, setupView} from './console-states.ts';
import {down, records} from './repository-hosts.ts';
import {ScriptedRun} from './run-events.ts';

function begun(run: ScriptedRun, events: readonly RunEvent[]): RunView {
  return events.reduce(reduceRun, startRunView(run.started));
}

function texts({log}: RunView): readonly string[] {
  return log.map(({text, times}) => (times === 1 ? text : `${text} ×${times}`));
}

function bar(view: RunView, now = view.snapshot.at): string {
  return textOf(barLine(view, {width: 60, now, lastTotal: null})).replace(/ +/g, ' ');
}

describe('a run of repositories', () => {
  it('is told in repositories, so far, until everything was found; then it has a share', () => {
    const run = new ScriptedRun(records);
    let view = begun(run, [run.discover(100)]);
    expect(bar(view)).toBe('0 of 100 repositories so far');
    run.resolve(80);
    view = [run.list(30), run.settle(30), run.fetched()].reduce(reduceRun, view);
    expect(bar(view)).toBe('1 of 100 repositories so far');
    expect(repositoryRunOf(view)).toMatchObject({found: 100, resolved: 80, fetched: 1, failed: 0});
    expect(progressOf(view)).toMatchObject({done: 1, total: null, share: null});
    run.discovered();
    view = run.gaveUp('did:plc:x', 'lock.example').reduce(reduceRun, view);
    expect(bar(view)).toMatch(/^━*─* 2\/100 (repositories )?2\.00 %$/);
    expect(progressOf(view)).toMatchObject({done: 2, total: 100, isSure: true, share: 0.02});
  });

  it('that was taken up begins with what was fetched: what failed may be about to be tried again', () => {
    const run = new ScriptedRun({...records, tally: {inserted: 900}, partitions: {done: 95, failed: 5}});
    let view = startRunView(run.started);
    expect(progressOf(view)).toMatchObject({done: 95, share: null});
    run.state.partitionsReopened(5);
    run.resolve(95);
    run.discovered();
    view = reduceRun(view, run.fetched());
    expect(progressOf(view)).toMatchObject({done: 96, total: 100, share: 0.96});
  });

  it('has no time left while it is found, nor for what waits for hosts that are down', () => {
    const run = new ScriptedRun(records);
    let view = begun(run, [run.discover(1_000)]);
    const fetch = () => {
      for (let step = 0; step < 10; step++) {
        run.seconds++;
        view = [run.list(50), run.settle(50), run.fetched(), run.fetched()].reduce(reduceRun, view);
      }
    };
    fetch();
    expect(bar(view)).not.toContain('left');
    run.discovered();
    fetch();
    expect(bar(view)).toMatch(/ 4\.00 % \d+–\d+ min left$/);
    run.limits = [down('lock.example', 960)];
    view = reduceRun(view, run.list(0));
    expect(bar(view)).toMatch(/ 4\.00 % hosts are down$/);
  });

  it('measures repositories a second beside records a second', () => {
    const run = new ScriptedRun(records);
    let view = begun(run, [run.discover(10_000)]);
    for (let step = 0; step < 120; step++) {
      run.seconds += 0.5;
      view = [run.list(40), run.settle(40), run.fetched(), run.fetched()].reduce(reduceRun, view);
    }
    expect(view.pace.fast).toBeCloseTo(80, -1);
    expect(view.partitionPace.fast).toBeCloseTo(4, 0);
  });

  it('of an undo is told in partitions, as any other', () => {
    const run = new ScriptedRun({...records, mode: 'undo', partitions: {pending: 3}});
    const view = startRunView({...run.started, undoes: 'live'});
    expect(repositoryRunOf(view)).toBeNull();
  });
});

it('is said in repositories, with what it waits for', () => {
  const run = new ScriptedRun(records);
  let view = begun(run, [run.discover(5_000)]);
  run.resolve(4_100);
  run.limits = [down('lock.example', 12)];
  view = [run.list(30), run.settle(30), run.fetched()].reduce(reduceRun, view);
  const setup = setupView({name: 'records', backfill: 'records', atWork: view.run});
  const state = consoleState({setups: [setup], runs: {[view.run]: view}});
  expect(progressTexts(state).map(({text}) => text)).toEqual([
    'dry run of records: 1 of 5,000 repositories so far (4,100 resolved), 30 records, 1 host down',
  ]);
  const screen = saidScreen({...state, views: [viewOf('overview'), viewOf('run')]});
  const said = screen.lines.map(({text}) => text);
  expect(said).toContain('1 of 5,000 repositories so far');
  expect(said).toContain(
    'repositories: 5,000 found so far, 4,100 resolved, 1 fetched, 0 failed, 12 set aside',
  );
  const still = screen.lines.filter(({kind}) => kind !== 'moving').map(({text}) => text);
  expect(still.filter(text => /repositories|lock\.example|records per/.test(text))).toEqual([]);
});

describe('the log of a run of repositories', () => {
  it('says every five seconds in one line how far it is, and nothing of pages', () => {
    const run = new ScriptedRun(records);
    let view = begun(run, [run.discover(5_000)]);
    run.limits = [down('lock.example', 12)];
    for (let step = 0; step < 1_000; step++) {
      run.seconds += 0.02;
      run.resolve(1);
      view = [run.list(5), run.settle(5), run.fetched(`did:plc:${step}`)].reduce(reduceRun, view);
    }
    expect(texts(view)).toEqual([
      '999 of 5,000 repositories so far (1,000 resolved), 5,000 records, 1 host down',
    ]);
  });

  it('names the first failures, and counts the others by kind and host', () => {
    const run = new ScriptedRun(records);
    let view = begun(run, [run.discover(5_000)]);
    for (let step = 0; step < 500; step++)
      view = run
        .gaveUp(`did:plc:${step}`, step % 5 === 0 ? 'weir.example' : 'lock.example')
        .reduce(reduceRun, view);
    view = run.gaveUp('did:plc:gone', 'lock.example', 'not-found').reduce(reduceRun, view);
    const errors = view.log.filter(({level}) => level === 'error');
    expect(texts({...view, log: errors})).toEqual([
      'failed (connection): repository did:plc:0: weir.example: connect ECONNREFUSED',
      'failed (connection): repository did:plc:1: lock.example: connect ECONNREFUSED',
      'failed (connection): repository did:plc:2: lock.example: connect ECONNREFUSED',
      'failed (connection): repository did:plc:3: lock.example: connect ECONNREFUSED',
      'failed (connection): repository did:plc:5: weir.example: connect ECONNREFUSED',
      'failed (connection): repository did:plc:10: weir.example: connect ECONNREFUSED',
      'weir.example: repositories failed (connection), the last did:plc:495: connect ECONNREFUSED ×97',
      'lock.example: repositories failed (connection), the last did:plc:499: connect ECONNREFUSED ×397',
      'failed (not-found): repository did:plc:gone: lock.example: connect ECONNREFUSED',
    ]);
  });

  it('tells of records that failed, and of listings that broke off, one by one', () => {
    const run = new ScriptedRun(records);
    const fault = {kind: 'timeout', message: 'nothing came for 30 s'} as const;
    const view = begun(run, [
      run.failure('at://did:plc:a/app.example.post/1', 'invalid', 'U+0000 in its text'),
      run.emit({
        type: 'failure',
        partition: 'relay.example app.example.post',
        key: '',
        fault,
        isStream: true,
      }),
    ]);
    expect(texts(view)).toEqual([
      'failed (invalid): at://did:plc:a/app.example.post/1: U+0000 in its text',
      'failed (timeout): relay.example app.example.post was not read to its end: nothing came for 30 s',
    ]);
  });
});

const _operation = fc.record({
  op: fc.constantFrom('discover', 'resolve', 'over', 'list', 'settle', 'fetched', 'gave up', 'tick', 'down'),
  count: fc.nat(40),
  ms: fc.nat(4_000),
});
