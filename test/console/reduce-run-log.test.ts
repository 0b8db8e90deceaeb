import {describe, expect, it} from 'vitest';
import {reduceRun, startRunView} from '../../src/console/reduce-run.ts';
import {logLines, type RunView} from '../../src/console/run-view.ts';
import type {CheckResult} from '../../src/core/checks.ts';
import type {RunEvent, RunNews} from '../../src/core/event.ts';
import {ScriptedRun} from './run-events.ts';

const check: CheckResult = {
  id: 'no-hash',
  severity: 'blocking',
  title: 'every row has a hash',
  count: 3,
  sample: [],
  why: '',
  recovery: '',
};

function texts({log}: RunView): readonly string[] {
  return log.map(({text, times}) => (times === 1 ? text : `${text} ×${times}`));
}

function reduced(...news: readonly RunNews[]): RunView {
  const run = new ScriptedRun({expected: 100});
  return news.map(each => run.emit(each)).reduce(reduceRun, startRunView(run.started));
}

/** What the log of a run tells, and how much of it is kept. */

describe('the log', () => {
  it.each<[string, RunNews, string | null, RunView['log'][number]['level']]>([
    [
      'a failed item',
      {type: 'failure', partition: 'p1', key: 'new\nline', fault: {kind: 'denied', message: '403 Forbidden'}},
      'failed (denied): new\\x0aline: 403 Forbidden',
      'error',
    ],
    [
      'a failure whose message begins with its key',
      {type: 'failure', partition: 'p1', key: 'a.png', fault: {kind: 'timeout', message: 'a.png: no answer'}},
      'failed (timeout): a.png: no answer',
      'error',
    ],
    [
      'a failed partition',
      {type: 'failure', partition: 'bgm/', key: '', fault: {kind: 'connection', message: 'reset'}},
      'failed (connection): partition bgm/: reset',
      'error',
    ],
    ['a note', {type: 'note', level: 'warning', message: 'no bookmark'}, 'no bookmark', 'warning'],
    [
      'what is given back',
      {type: 'returned', partition: 'bgm/', items: 1_200},
      '1,200 items of bgm/ given back: a resume lists them again',
      'info',
    ],
    [
      'drift',
      {type: 'drift', keys: ['a', 'b', 'c', 'd']},
      'drift: decided otherwise than in the dry run: a, b, c …',
      'warning',
    ],
    [
      'a pause',
      {type: 'stopping', reason: {by: 'operator', message: 'paused by the operator'}},
      'stopping: paused by the operator',
      'warning',
    ],
    [
      'a cancel',
      {type: 'stopping', reason: {by: 'cancel', message: 'cancelled by the operator'}},
      'cancelling: cancelled by the operator',
      'warning',
    ],
    ['a broken invariant', {type: 'check', result: check}, 'every row has a hash: 3 break it', 'error'],
    ['an invariant that holds', {type: 'check', result: {...check, count: 0}}, null, 'info'],
    ['a partition', {type: 'partition', partition: 'p1', state: 'found'}, null, 'info'],
    [
      'a finding',
      {
        type: 'probed',
        findings: [
          {level: 'ok', subject: 'source', message: 'reachable'},
          {level: 'error', subject: 'target', message: 'no table files'},
        ],
      },
      'target: no table files',
      'error',
    ],
    ['the end', {type: 'ended', reason: null, seconds: 75}, 'running after 1 min 15 s', 'info'],
  ])('words %s for people', (_, news, text, level) => {
    expect(reduced(news).log.map(line => [line.text, line.level])).toEqual(
      text === null ? [] : [[text, level]],
    );
  });

  it('makes one line of pages in a row, with their sums', () => {
    const run = new ScriptedRun({expected: 300});
    let view = [run.list(300), run.settle(50)].reduce(reduceRun, startRunView(run.started));
    expect(texts(view)).toEqual(['50 settled, up to z']);
    view = [run.settle(50, 2), run.settle(100)].reduce(reduceRun, view);
    expect(texts(view)).toEqual(['200 settled, 2 of them failed, up to z ×3']);
    view = [run.failure('a'), run.settle(10)].reduce(reduceRun, view);
    expect(texts(view).slice(1)).toEqual(['failed (timeout): a: no answer in 30 s', '10 settled, up to z']);
  });

  it('makes one line of the same note again', () => {
    const note = {type: 'note', level: 'info', message: 'asked again'} as const;
    expect(texts(reduced(note, note, note))).toEqual(['asked again ×3']);
  });

  it('tells of waiting requests every five seconds, with their number', () => {
    const run = new ScriptedRun({expected: 100});
    let view = startRunView(run.started);
    for (let step = 0; step < 120; step++) {
      run.seconds = step * 0.1;
      view = reduceRun(view, run.retrying(1, 2_000));
    }
    expect(texts(view)).toEqual([
      'D1 of account 8f14e45f: 1 request waits (429 Too many requests), the next in 2.0 s',
      'D1 of account 8f14e45f: 50 requests wait (429 Too many requests), the next in 1.3 s ×2',
    ]);
  });

  it('remembers so many waiting hosts and no more', () => {
    const run = new ScriptedRun({expected: 100});
    let view = startRunView(run.started);
    for (let host = 0; host < 1_000; host++)
      view = reduceRun(view, {...run.retrying(1, 2_000), host: `pds-${host}.example`});
    expect(view.memory?.log.waits).toHaveLength(32);
    expect(view.memory?.log.waits.at(-1)?.host).toBe('pds-999.example');
  });

  it('keeps the newest hundred failures, however many pages and notes come between and behind', () => {
    const run = new ScriptedRun({expected: null});
    let view = startRunView(run.started);
    for (let step = 0; step < 1_000; step++) {
      run.seconds += 0.01;
      const note = run.emit({type: 'note', level: 'info', message: `note ${step}`});
      const failures = step < 300 ? [run.failure(`key-${step}`)] : [];
      view = [run.list(10), ...failures, run.settle(10), note].reduce(reduceRun, view);
    }
    expect(view.log).toHaveLength(logLines);
    const failures = view.log.filter(({level}) => level === 'error').map(({text}) => text);
    expect(failures).toHaveLength(100);
    expect(failures.at(-1)).toContain('key-299');
    expect(view.log.at(-1)?.text).toBe('note 999');
  });
});

it('keeps as much of the log as a screen can show, after 20,000 events', () => {
  const run = new ScriptedRun({expected: null});
  const events: RunEvent[] = [];
  for (let step = 0; step < 5_000; step++) {
    run.seconds += 0.001;
    events.push(run.list(1), run.retrying(1, 100), run.failure(`key-${step}`), run.settle(1, 1));
  }
  let view = startRunView(run.started);
  for (const event of events) view = reduceRun(view, event);
  expect(view.log).toHaveLength(logLines);
});
