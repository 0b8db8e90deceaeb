import {describe, expect, it} from 'vitest';
import {confirmDialog} from '../../../src/console/confirm-dialog.ts';
import type {Message} from '../../../src/console/message.ts';
import {reduce} from '../../../src/console/reduce.ts';
import {firstSaid, type Heard, type Occasion, spoken} from '../../../src/console/spoken/spoken.ts';
import {type ConsoleState, view} from '../../../src/console/state.ts';
import {emptyTally} from '../../../src/core/accounting.ts';
import {noon, ScriptedRun} from '../run-events.ts';
import {openedState} from './states.ts';

/** A listener who goes through a console message by message. */
class Listener {
  state: ConsoleState;
  heard: Heard;
  readonly all: string[] = [];

  constructor(state: ConsoleState) {
    this.state = state;
    const {lines, heard} = firstSaid(state);
    this.heard = heard;
    this.all.push(...lines);
  }

  hears(occasion: Occasion, ...messages: readonly Message[]): readonly string[] {
    this.state = messages.reduce(reduce, this.state);
    const {lines, heard} = spoken(this.heard, this.state, occasion);
    this.heard = heard;
    this.all.push(...lines);
    return lines;
  }
}

const tick = (seconds: number): Message => ({
  type: 'ticked',
  at: noon + seconds * 1_000,
  limits: {},
});
const ofSetup = (now: Extract<Message, {type: 'setup'}>['now']): Message => ({
  type: 'setup',
  setup: 'asset-index',
  now,
});
const runbook: Message = {type: 'entered', view: view('runbook')};

function atRunbook(): Listener {
  const listener = new Listener(openedState('asset-index'));
  listener.hears('key', runbook);
  return listener;
}

/** A dry run is at work in the runbook. */
function atWork(run = new ScriptedRun({mode: 'dry-run'})): {
  listener: Listener;
  run: ScriptedRun;
  began: readonly string[];
} {
  const listener = atRunbook();
  const began = listener.hears(
    'news',
    {type: 'events', events: [run.started]},
    ofSetup({atWork: 'run-1', probe: {state: 'done', findings: []}}),
  );
  return {listener, run, began};
}

describe('a screen', () => {
  it('is said in full when one comes to it: where one is, what is there, what can be pressed', () => {
    const listener = new Listener(openedState('asset-index', 'others'));
    expect(listener.all[0]).toMatch(/^Screen: overview/);
    expect(listener.all).toContainEqual(expect.stringMatching(/^chosen: asset-index: /));
    expect(listener.all.at(-1)).toMatch(/^Keys: Enter open; .*q quit; .*question mark keys\.$/);
    const lines = listener.hears('key', runbook);
    expect(lines[0]).toBe('Screen: runbook of asset-index');
    expect(lines).toContainEqual(expect.stringMatching(/^not yet: probe, /));
    expect(lines.at(-1)).toMatch(/^Keys: Enter probe; /);
  });

  it('is not said again while nothing changes but the clock', () => {
    const listener = atRunbook();
    for (let second = 1; second < 120; second++) expect(listener.hears('news', tick(second))).toEqual([]);
  });

  it('is said again when that is asked for', () => {
    const listener = atRunbook();
    const [first, ...rest] = listener.hears('again');
    expect(first).toBe('Screen: runbook of asset-index');
    expect(rest.at(-1)).toMatch(/^Keys: /);
  });

  it('that changes says what is new, and the keys that came', () => {
    const listener = atRunbook();
    expect(listener.hears('key', ofSetup({probe: {state: 'working'}}))).toContainEqual(
      expect.stringMatching(/^at work: probe, /),
    );
    const lines = listener.hears('news', ofSetup({probe: {state: 'done', findings: []}}));
    expect(lines).toContainEqual(expect.stringMatching(/^done: probe, /));
    expect(lines.at(-1)).toMatch(/^Keys now also: .*Enter dry run/);
    expect(lines).not.toContainEqual(expect.stringMatching(/: live, |^Screen: /));
  });

  it('with a pointer says the row that it comes to', () => {
    const listener = new Listener(openedState('asset-index', 'others'));
    const lines = listener.hears('key', {type: 'moved', by: 1});
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^2 of 2: others: /);
  });
});

describe('a key', () => {
  it('that changes nothing is answered', () => {
    expect(atRunbook().hears('unanswered')).toEqual([expect.stringMatching(/^Nothing new\. /)]);
    const listener = new Listener(openedState('asset-index', 'others'));
    expect(listener.hears('unanswered', {type: 'moved', by: -1})).toEqual([
      expect.stringMatching(/^1 of 2: asset-index: /),
    ]);
  });
});

describe('a run', () => {
  it('is told when it begins, with what can be done about it', () => {
    const {began} = atWork();
    expect(began[0]).toBe('dry run of asset-index began: run run-1.');
    expect(began.at(-1)).toMatch(/^Keys now also: .*p pause; s cancel/);
  });

  it('tells its progress every ten seconds, and nothing in between', () => {
    const {listener, run} = atWork(new ScriptedRun({mode: 'dry-run', expected: 2_000}));
    const told: [number, string][] = [];
    for (run.seconds = 1; run.seconds <= 60; run.seconds++) {
      const events = [run.list(20), run.settle(20)];
      const lines = listener.hears('news', {type: 'events', events}, tick(run.seconds));
      told.push(...lines.map((line): [number, string] => [run.seconds, line]));
    }
    expect(told.map(([second]) => second)).toEqual([10, 20, 30, 40, 50, 60]);
    expect(told[2]?.[1]).toMatch(/^dry run of asset-index: 600 of 2,000, 30 %, \d+ to \d+ seconds left$/);
  });

  it('that waits says so once a minute', () => {
    const {listener, run} = atWork();
    listener.hears('news', {type: 'events', events: [run.list(20), run.retrying(1, 100_000)]});
    const told = Array.from({length: 125}, (_, second) => listener.hears('news', tick(second + 1)));
    const waits = told.flat().filter(line => line.startsWith('stalled '));
    expect(waits).toHaveLength(2);
    expect(waits[0]).toContain('429 Too many requests');
    expect(told.flat().filter(line => line.startsWith('dry run '))).toHaveLength(1);
  });

  it('says few of many failures at a time, and how many more there are', () => {
    const {listener, run} = atWork();
    run.seconds = 5;
    const events = Array.from({length: 40}, (_, index) => run.failure(`key-${index}`));
    expect(listener.hears('news', {type: 'events', events}, tick(5))).toEqual([]);
    const lines = listener.hears('news', tick(10));
    expect(lines[0]).toMatch(/^37 more /);
    expect(lines.filter(line => line.startsWith('error: failed'))).toHaveLength(3);
  });

  it('tells at once how it ended, on whatever screen', () => {
    const {listener, run} = atWork();
    listener.hears('key', {type: 'switched', to: 'history'});
    run.seconds = 9;
    const events = [run.list(20), run.settle(20, 1), run.end('incomplete')];
    const lines = listener.hears('news', {type: 'events', events}, ofSetup({atWork: null}));
    expect(lines[0]).toBe(
      'dry run of asset-index ended: incomplete, after 9.0 seconds. 20 listed = 19 to insert + 1 failed',
    );
  });

  it('of a day says no more than its progress, and what was heard does not grow', () => {
    const {listener, run} = atWork(new ScriptedRun({mode: 'dry-run', expected: 10_000_000}));
    let lines = 0;
    for (run.seconds = 60; run.seconds <= 86_400; run.seconds += 20) {
      const events = [run.list(5), run.settle(5), run.failure(`key-${run.seconds}`)];
      lines += listener.hears('news', {type: 'events', events}, tick(run.seconds)).length;
    }
    expect(lines).toBeLessThanOrEqual((86_400 / 20) * 4);
    expect(listener.heard.lines.size).toBeLessThan(60);
  });
});

describe('what needs the operator', () => {
  it('is said at once: a notice, an error, a failed connection', () => {
    const listener = atRunbook();
    const notice = {level: 'error', text: 'not now: the probe is at work', at: noon} as const;
    expect(listener.hears('key', {type: 'told', notice})).toEqual(['error: not now: the probe is at work']);
    expect(listener.hears('news', tick(1))).toEqual([]);
    const link = {state: 'failed', message: 'index.sqlite is not there', hint: 'Create it.'} as const;
    expect(listener.hears('news', ofSetup({link}))[0]).toBe(
      'error: asset-index: index.sqlite is not there. Create it.',
    );
  });

  it('is said where another screen is shown', () => {
    const listener = atRunbook();
    listener.hears(
      'key',
      {type: 'switched', to: 'history'},
      {type: 'facts', setup: 'asset-index', facts: noFacts},
    );
    expect(
      listener.hears('news', ofSetup({probe: {state: 'failed', message: 'denied', hint: null}})),
    ).toEqual([expect.stringMatching(/^asset-index needs you: probe: denied/)]);
  });

  it('is a dialog, said with what it asks', () => {
    const listener = atRunbook();
    const dialog = {
      type: 'trouble',
      title: 'Not going live',
      message: 'The gate is closed',
      hint: null,
    } as const;
    const lines = listener.hears('news', {type: 'opened', dialog});
    expect(lines.slice(0, 2)).toEqual(['Dialog: Not going live', 'The gate is closed']);
    expect(lines.at(-1)).toMatch(/^Keys: Enter close/);
    expect(listener.hears('key', {type: 'closed'})[0]).toBe('Screen: runbook of asset-index');
  });

  it('is the way out, while things come to rest', () => {
    expect(atWork().listener.hears('key', {type: 'leaving'})).toEqual([
      expect.stringMatching(/^Coming to rest, .*Control\+c again/),
    ]);
  });
});

describe('the typed confirmation', () => {
  const asked = {targetName: 'index.sqlite', environment: 'production', failures: 0};
  const dialog = confirmDialog(
    {id: 'run-1', finishedAt: null, undoes: null, tally: {...emptyTally, inserted: 882, updated: 1_290}},
    asked,
  );
  const typed = (text: string): Message => ({type: 'edited', action: {type: 'insert', text}});

  it('says what it will do, what to type, and that Cancel is chosen', () => {
    const lines = atRunbook().hears('key', {type: 'opened', dialog});
    expect(lines[0]).toBe('Dialog: Go live');
    expect(lines.join('\n')).toMatch(/index\.sqlite/);
    expect(lines).toContainEqual(expect.stringMatching(/^chosen: Cancel, /));
  });

  it('says a mistake, what comes next, and nothing while one types', () => {
    const listener = atRunbook();
    listener.hears('key', {type: 'opened', dialog});
    // The first letter takes the focus away from Cancel, and so changes what Enter does.
    expect(listener.hears('key', typed('index.sq'))).toEqual([expect.stringMatching(/Enter next/)]);
    expect(listener.hears('key', typed('l'))).toEqual([]);
    expect(listener.hears('key', {type: 'mistaken'})).toEqual([
      expect.stringMatching(/^error: target: .*index\.sqlite/),
    ]);
    expect(listener.hears('unanswered', {type: 'mistaken'})).toEqual([
      expect.stringMatching(/^error: target: /),
    ]);
    expect(listener.hears('key', typed('ite'), {type: 'mistaken'})).toEqual(['environment: type production']);
    expect(listener.hears('key', {type: 'focused', by: 1})).toEqual([
      expect.stringMatching(/^chosen: Cancel/),
      expect.stringMatching(/Enter close/),
    ]);
  });
});

it.each([
  ['quit', {type: 'quit', isYes: false}],
  ['to cancel', {type: 'cancel-run', run: 'run-1', isYes: false}],
  [
    'to write what was not reviewed',
    {type: 'accept', run: 'run-1', acceptNew: true, acceptDrift: false, isYes: false},
  ],
] as const)('a question %s says what Enter would answer, whenever that changes', (_, dialog) => {
  const {listener} = atWork(new ScriptedRun({expected: 2_000}));
  const [no] = listener.hears('key', {type: 'opened', dialog}).filter(line => line.includes('chosen: '));
  const [yes] = listener.hears('key', {type: 'focused', by: 1});
  expect(no).toContain('chosen: ');
  expect(yes).toContain('chosen: ');
  expect(yes).not.toBe(no);
});

it('says nothing that is drawn', () => {
  const {listener, run} = atWork(new ScriptedRun({mode: 'dry-run', expected: 2_000}));
  const events = [run.list(700), run.settle(600, 3), run.failure('key-1')];
  listener.hears('news', {type: 'events', events}, tick(10));
  for (const to of ['run', 'coverage', 'invariants', 'failures', 'history', 'overview'] as const)
    listener.hears('key', {type: 'switched', to});
  for (const dialog of [
    {type: 'help', at: 0},
    {type: 'quit', isYes: false},
  ] as const)
    listener.hears('key', {type: 'opened', dialog});
  expect(listener.all.length).toBeGreaterThan(60);
  for (const line of listener.all) expect(line).toMatch(/^(?!.*[\u2190-\u21ff\u2500-\u27bf…]| | .* {2}).+$/);
});

const noFacts = {
  plan: null,
  live: null,
  newest: null,
  open: null,
  checks: [],
  coverage: null,
  trend: [],
  took: {},
  gone: [],
} as const;
