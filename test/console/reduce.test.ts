import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Message} from '../../src/console/message.ts';
import {moveAbout} from '../../src/console/move-about.ts';
import {reduce} from '../../src/console/reduce.ts';
import {chosenRow, rowsOf} from '../../src/console/rows.ts';
import {heightOf, pageOf} from '../../src/console/scroll.ts';
import {type ConsoleState, type ScreenName, screens, shownView, view} from '../../src/console/state.ts';
import {emptyField} from '../../src/console/text-field.ts';
import {planRun} from '../runbook/flow-facts.ts';
import {consoleStates} from './console-arbitraries.ts';
import {
  consoleState,
  listRow,
  measured,
  noFacts,
  questions,
  readList,
  setupView,
  viewNames,
} from './console-states.ts';

const runs = {numRuns: 1_000};

function reduced(state: ConsoleState, ...messages: readonly Message[]): ConsoleState {
  return messages.reduce(reduce, state);
}

const keys = (count: number) => Array.from({length: count}, (_, n) => `key-${n}`);
const items = (rows: readonly string[], at: number): ConsoleState =>
  consoleState({
    views: [view('overview'), {...view('items', 'part'), at}],
    lists: {part: readList(...rows)},
  });
const list = (...rows: readonly string[]): Message => ({type: 'list', id: 'part', list: readList(...rows)});

describe('the pointer', () => {
  it('goes over the rows, and stays within them', () => {
    const state = items(keys(30), 0);
    expect(chosenRow(reduced(state, {type: 'moved', by: 1}))).toBe('key-1');
    expect(chosenRow(reduced(state, {type: 'moved', by: -1}))).toBe('key-0');
    expect(chosenRow(reduced(state, {type: 'jumped', to: 'last'}))).toBe('key-29');
    expect(chosenRow(reduced(state, {type: 'jumped', to: 'last'}, {type: 'moved', by: 9}))).toBe('key-29');
    expect(chosenRow(reduced(state, {type: 'jumped', to: 'last'}, {type: 'jumped', to: 'first'}))).toBe(
      'key-0',
    );
    expect(chosenRow(reduced(state, {type: 'moved', by: pageOf(state)}))).toBe(`key-${pageOf(state)}`);
  });

  it('comes back to the last row where rows have gone, and to the first where all have', () => {
    expect(shownView(reduced(items(keys(9), 8), list('key-0', 'key-1'))).at).toBe(1);
    expect(shownView(reduced(items(keys(9), 8), list())).at).toBe(0);
  });

  it('stays on its row while rows come and go above it', () => {
    expect(chosenRow(reduced(items(['b', 'c'], 1), list('a', 'b', 'c')))).toBe('c');
    expect(chosenRow(reduced(items(['a', 'b', 'c'], 2), list('b', 'c')))).toBe('c');
  });

  it('is at the top of what is filtered, and of what was', () => {
    const filtering = reduced(
      items(keys(12), 9),
      {type: 'filtering', is: true},
      {
        type: 'edited',
        action: {type: 'insert', text: '1'},
      },
    );
    expect(shownView(filtering)).toMatchObject({at: 0, filter: '1'});
    expect(rowsOf(filtering, shownView(filtering))).toEqual(['key-1', 'key-10', 'key-11']);
    expect(shownView(reduced(filtering, {type: 'backed'}))).toMatchObject({
      at: 0,
      filter: '',
      isFiltering: false,
    });
  });

  it('follows a window that shrinks and grows, in what scrolls too', () => {
    const facts = {...noFacts, checks: [measured(3)]};
    const invariant = consoleState({
      setups: [setupView({facts})],
      size: {columns: 60, rows: 16},
      views: [view('overview'), view('invariant', measured(3).result.id)],
    });
    const down = reduced(invariant, {type: 'jumped', to: 'last'});
    expect(shownView(down).at).toBe(heightOf(down, shownView(down)) - 1);
    const large = reduced(down, {type: 'resized', size: {columns: 200, rows: 100}});
    expect(shownView(large).at).toBe(0);
  });

  it('stays where it is among rows of equal keys, when they are read again', () => {
    const state = items(['a', 'same', 'same', 'same'], 3);
    expect(shownView(reduced(state, list('a', 'same', 'same', 'same'))).at).toBe(3);
  });

  it('is never beyond what there is, whatever happens', () => {
    const message: fc.Arbitrary<Message> = fc.oneof(
      fc.record({type: fc.constant('moved' as const), by: fc.integer({min: -40, max: 40})}),
      fc.record({
        type: fc.constant('jumped' as const),
        to: fc.constantFrom('first' as const, 'last' as const),
      }),
      fc.record({
        type: fc.constant('resized' as const),
        size: fc.record({columns: fc.integer({min: 1, max: 200}), rows: fc.integer({min: 1, max: 60})}),
      }),
      fc.nat(8).map(count => list(...keys(count))),
      fc.constantFrom(...screens).map((to): Message => ({type: 'switched', to})),
      fc.constantFrom(...viewNames).map((name): Message => ({type: 'entered', view: view(name, 'part')})),
      fc.constantFrom(...questions).map((dialog): Message => ({type: 'opened', dialog})),
      fc.constant<Message>({type: 'backed'}),
      fc.constant<Message>({type: 'focused', by: 1}),
      fc.constant<Message>({type: 'mistaken'}),
      fc.constant<Message>({type: 'edited', action: {type: 'insert', text: 'a'}}),
    );
    fc.assert(
      fc.property(consoleStates, fc.array(message, {minLength: 1, maxLength: 12}), (start, messages) => {
        const state = reduced(start, ...messages);
        const shown = shownView(state);
        expect(state.views.length).toBeGreaterThan(0);
        expect(shown.at).toBeGreaterThanOrEqual(0);
        expect(shown.at).toBeLessThanOrEqual(Math.max(0, heightOf(state, shown) - 1));
        if (rowsOf(state, shown).length > 0) expect(chosenRow(state)).not.toBeNull();
      }),
      runs,
    );
  });
});

describe('the pointer of a dialog', () => {
  it('comes back to the last line where lines have gone, as a command has that is no longer there', () => {
    const opened = reduced(
      consoleState({views: [view('overview'), view('runbook')]}),
      {type: 'opened', dialog: {type: 'palette', field: emptyField, at: 0}},
      {type: 'jumped', to: 'last'},
    );
    const at = ({dialog}: ConsoleState) => (dialog?.type === 'palette' ? dialog.at : null);
    expect(at(opened)).toBeGreaterThan(0);
    const typed = reduced(opened, {type: 'edited', action: {type: 'insert', text: 'zzz'}});
    expect(at(typed)).toBe(0);
    const turned = reduced(opened, {type: 'chosen', setup: 7});
    expect(at(turned)).toBeLessThan(at(opened) ?? 0);
  });
});

describe('another backfill', () => {
  const both = consoleState({
    setups: [setupView(), setupView({name: 'other'})],
    views: [view('overview'), {...view('run', 'an old run'), at: 3}],
  });

  it('is shown from the top of the same screen, without what was chosen before', () => {
    const turned = moveAbout(both, 'next-backfill');
    if (turned === null) throw new Error('there is no other backfill');
    const state = reduced(both, turned);
    expect(state.chosen).toBe(1);
    expect(shownView(state)).toMatchObject({name: 'run', of: null, at: 0});
    expect(reduced(state, turned)).toMatchObject({chosen: 1});
    expect(moveAbout(state, 'next-backfill')).toEqual({type: 'chosen', setup: 0});
    expect(moveAbout(both, 'previous-backfill')).toEqual({type: 'chosen', setup: 1});
  });

  it('leaves the history where it is, which is of every one', () => {
    const history = {...both, views: [view('overview'), {...view('history'), at: 1}] as const};
    const runs = ['a', 'b'].map(id => planRun({id}));
    const state = reduced({...history, history: runs}, {type: 'chosen', setup: 1});
    expect(shownView(state)).toMatchObject({name: 'history', at: 1});
  });

  it('does not show what was opened from a row of the one before', () => {
    for (const name of ['items', 'invariant'] as const) {
      const opened = reduced(both, {type: 'entered', view: view(name, 'of the one before')});
      expect(shownView(reduced(opened, {type: 'chosen', setup: 1}))).toMatchObject({name: 'run', of: null});
    }
  });

  it('is the one that the overview points at when it is seen again', () => {
    const state = reduced(both, {type: 'chosen', setup: 1}, {type: 'backed'});
    expect(shownView(state)).toMatchObject({name: 'overview', at: 1});
    const up = reduced(state, {type: 'moved', by: -1});
    expect(up).toMatchObject({chosen: 0});
    expect(shownView(reduced(up, {type: 'chosen', setup: 1}, {type: 'switched', to: 'overview'})).at).toBe(1);
  });
});

describe('Esc', () => {
  const names = (state: ConsoleState) => state.views.map(({name}) => name);
  const to = (screen: ScreenName): Message => ({type: 'switched', to: screen});

  it('goes on with the guided steps where a screen was looked up from them', () => {
    const review = consoleState({views: [view('overview'), view('runbook'), view('review')]});
    const looked = reduced(review, to('failures'), to('coverage'));
    expect(names(looked)).toEqual(['overview', 'runbook', 'review', 'coverage']);
    expect(names(reduced(looked, {type: 'backed'}))).toEqual(['overview', 'runbook', 'review']);
    expect(names(reduced(looked, to('runbook')))).toEqual(['overview', 'runbook']);
    expect(names(reduced(looked, to('overview'), to('failures')))).toEqual(['overview', 'failures']);
  });

  it('closes the dialog, then clears the filter, then goes back, and at last does nothing', () => {
    let state: ConsoleState = {
      ...items(keys(3), 1),
      dialog: {type: 'help', at: 0},
    };
    state = reduced(state, {type: 'filtering', is: true}, {type: 'closed'});
    state = reduced(state, {type: 'edited', action: {type: 'insert', text: 'key'}});
    state = reduced(state, {type: 'opened', dialog: {type: 'palette', field: emptyField, at: 0}});
    const ladder: string[] = [];
    for (let step = 0; step < 5; step++) {
      const {name, filter} = shownView(state);
      ladder.push([state.dialog?.type ?? name, filter].join(' '));
      state = reduced(state, {type: 'backed'});
    }
    expect(ladder).toEqual(['palette key', 'items key', 'items ', 'overview ', 'overview ']);
  });

  it('ends in the overview or the screen beneath all, from everywhere, and never leaves', () => {
    fc.assert(
      fc.property(consoleStates, start => {
        let state = start;
        for (let step = 0; step < 5; step++) state = reduced(state, {type: 'backed'});
        expect(state).toMatchObject({dialog: null, isLeaving: start.isLeaving});
        expect(state.views).toHaveLength(1);
        expect(shownView(state)).toMatchObject({filter: '', isFiltering: false});
      }),
      runs,
    );
  });
});

describe('a question', () => {
  it.each(['quit', 'cancel-run'] as const)('%s has no as its answer until that is changed', type => {
    const dialog = questions.find(question => question.type === type);
    if (dialog === undefined) throw new Error(`no ${type}`);
    const state = consoleState({dialog});
    expect(state.dialog).toMatchObject({isYes: false});
    expect(reduced(state, {type: 'focused', by: 1}).dialog).toMatchObject({isYes: true});
    expect(reduced(state, {type: 'focused', by: 1}, {type: 'focused', by: 1}).dialog).toMatchObject({
      isYes: false,
    });
  });

  it('is asked without the notice that stood there, and is gone when the console is left', () => {
    const told = reduced(consoleState(), {
      type: 'told',
      notice: {level: 'info', text: 'copied', at: 100_000},
    });
    expect(told.notice?.text).toBe('copied');
    const asked = reduced(told, {type: 'opened', dialog: {type: 'quit', isYes: false}});
    expect(asked.notice).toBeNull();
    expect(reduced(asked, {type: 'leaving'})).toMatchObject({dialog: null, isLeaving: true});
  });
});

it('a notice is there for eight seconds', () => {
  const told = reduced(consoleState(), {type: 'told', notice: {level: 'info', text: 'copied', at: 100_000}});
  expect(reduced(told, {type: 'ticked', at: 108_000, limits: {}}).notice).not.toBeNull();
  expect(reduced(told, {type: 'ticked', at: 108_001, limits: {}}).notice).toBeNull();
});

it('a list that is read again replaces its rows, and another list keeps its own', () => {
  const state = reduced(
    items(['a'], 0),
    {type: 'entered', view: view('items', 'other')},
    {type: 'list', id: 'other', list: readList('b')},
    list('c'),
  );
  expect(state.lists['part']?.rows).toEqual([listRow('c')]);
  expect(state.lists['other']?.rows).toEqual([listRow('b')]);
});

it('lists that no view shows go when another is opened, and none is taken in that nobody looks at', () => {
  const left = reduced(items(['a'], 0), {type: 'list', id: 'history', list: readList()}, {type: 'backed'});
  expect(Object.keys(left.lists)).toEqual(['part', 'history']);
  const opened = reduced(left, {type: 'entered', view: view('items', 'other')}, list('late'));
  expect(Object.keys(opened.lists)).toEqual(['history']);
  let state = opened;
  for (const id of keys(50))
    state = reduced(
      state,
      {type: 'entered', view: view('items', id)},
      {type: 'list', id, list: readList('a')},
      {type: 'backed'},
    );
  expect(Object.keys(state.lists)).toEqual(['history', 'key-49']);
});
