import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {availabilityOf} from '../../src/console/availability.ts';
import {type Command, commands} from '../../src/console/command.ts';
import {helpLines, paletteRows} from '../../src/console/dialog-rows.ts';
import {editOf} from '../../src/console/edit.ts';
import {type Key, keys, keysOf, type Place} from '../../src/console/keys.ts';
import {placeOf, takesText} from '../../src/console/place.ts';
import {type ConsoleState, shownView, view} from '../../src/console/state.ts';
import {emptyField, fieldOf} from '../../src/console/text-field.ts';
import {liveRun, open, planRun, stopped, used} from '../runbook/flow-facts.ts';
import {consoleStates} from './console-arbitraries.ts';
import {consoleState, noFacts, questions, setupView, viewNames} from './console-states.ts';

const runs = {numRuns: 2_000};
const dialogs = [...new Set(questions.map(({type}) => type))];
const places: readonly Place[] = [...viewNames, ...dialogs, 'filter'];

describe('the key table', () => {
  it('gives every command a key, and every key what it does', () => {
    const bound = new Set(keys.map(({command}) => command));
    expect(commands.filter(command => !bound.has(command))).toEqual([]);
    for (const {strokes, shown, label, help} of keys) {
      expect(strokes.length).toBeGreaterThan(0);
      expect(shown).not.toBe('');
      expect(label.length).toBeLessThanOrEqual(18);
      expect(help).toMatch(/^[A-Z].*[^.]$/);
    }
  });

  it('asks for no F-key, and for nothing that only Alt gives', () => {
    const named =
      /^(enter|esc|tab|shift\+tab|up|down|left|right|page-up|page-down|home|end|space|ctrl\+[a-z]|.)$/u;
    for (const {strokes} of keys) for (const stroke of strokes) expect(stroke).toMatch(named);
  });

  it('shows each key by a stroke that it has', () => {
    const signs: Readonly<Record<string, string>> = {
      '↑': 'up',
      '↓': 'down',
      PgUp: 'page-up',
      PgDn: 'page-down',
    };
    for (const {shown, strokes} of keys)
      for (const part of shown.split(' ')) expect(strokes).toContain(signs[part] ?? part);
  });

  it.each(places)('leads out of %s, and can be left from there altogether', place => {
    const strokes = keysOf(place).flatMap(key =>
      takesText(place) && key.strokes.every(editOf) ? [] : key.strokes,
    );
    expect(strokes).toContain('esc');
    expect(strokes).toContain('ctrl+c');
  });

  it.each(places.filter(takesText))('has no key in %s that a letter would be', place => {
    const letters = keysOf(place).filter(({strokes}) => strokes.every(stroke => editOf(stroke) !== null));
    expect(letters).toEqual([]);
  });
});

function pressable(state: ConsoleState): readonly Key[] {
  return keysOf(placeOf(state)).filter(({command}) => availabilityOf(state, command) === 'now');
}

describe('in every state', () => {
  it('a stroke does one thing at most', () => {
    fc.assert(
      fc.property(consoleStates, state => {
        const doing = new Map<string, Command>();
        for (const {strokes, command} of pressable(state))
          for (const stroke of strokes) {
            expect(doing.get(stroke) ?? command, stroke).toBe(command);
            doing.set(stroke, command);
          }
      }),
      runs,
    );
  });

  it('a reason says something, and stands in no footer', () => {
    fc.assert(
      fc.property(consoleStates, state => {
        for (const {command} of keysOf(placeOf(state))) {
          const is = availabilityOf(state, command);
          if (typeof is === 'object') expect(is.because).toMatch(/^[^\s].{5,}[^\s.]$/);
        }
      }),
      runs,
    );
  });

  it('the footer names no place in its order twice for what may be pressed there', () => {
    fc.assert(
      fc.property(consoleStates, state => {
        const inFooter = pressable(state).filter(({footer}) => footer !== undefined);
        const labels = inFooter.map(({label}) => label);
        expect(new Set(labels).size).toBe(labels.length);
      }),
      runs,
    );
  });

  it('one run at a time: while one is at work or begins, nothing else can be started', () => {
    const starts: readonly Command[] = [
      'dry-run',
      'fresh-dry-run',
      'go-live',
      'accept',
      'resume',
      'retry',
      'retry-kind',
      'undo',
      'verify',
      'recover',
      'probe',
      'review',
    ];
    fc.assert(
      fc.property(consoleStates, state => {
        const [setup] = state.setups;
        if (setup === undefined || (setup.atWork === null && setup.verifying === null && !setup.isBeginning))
          return;
        for (const command of starts) expect(availabilityOf(state, command), command).not.toBe('now');
      }),
      runs,
    );
  });

  it('a plan goes live only where its own review was read, and no gate is closed that typing does not open', () => {
    fc.assert(
      fc.property(consoleStates, state => {
        const [setup] = state.setups;
        if (availabilityOf(state, 'go-live') !== 'now') return;
        expect(setup?.review).toMatchObject({state: 'ready', plan: setup?.facts?.plan?.id});
        const closed = (setup?.gates ?? []).filter(
          ({id, holds}) => !holds && id !== 'confirmed' && id !== 'failures',
        );
        expect(closed).toEqual([]);
        expect(setup?.facts?.plan?.usedBy).toBeNull();
      }),
      runs,
    );
  });
});

const dangerous: readonly Command[] = ['go-live', 'accept'];

/** Every command that the console names anywhere in a state. */
function named(state: ConsoleState): readonly Command[] {
  const beneath = {...state, dialog: null};
  const palette = paletteRows(beneath, {type: 'palette', field: emptyField, at: 0}).map(
    ({command}) => command,
  );
  const pressed = keysOf(placeOf(beneath)).filter(
    ({command}) => availabilityOf(beneath, command) !== 'absent',
  );
  return [...palette, ...pressed.map(({command}) => command)];
}

describe('a read-only console', () => {
  it('has no key, no line of the palette and no line of the help that writes', () => {
    fc.assert(
      fc.property(consoleStates, state => {
        const readOnly = {...state, manner: {...state.manner, isReadOnly: true}};
        for (const command of dangerous) expect(named(readOnly)).not.toContain(command);
        const help = helpLines(readOnly).map(line => line.map(({text}) => text).join(''));
        expect(help.join('\n')).not.toMatch(/Go live|Write also/);
      }),
      runs,
    );
  });

  it.each([
    {name: 'paused', live: liveRun({status: 'paused', stopReason: stopped('operator')}), gone: []},
    {name: 'paused by drift', live: liveRun({status: 'paused', stopReason: stopped('drift')}), gone: []},
    {name: 'failed', live: liveRun({status: 'failed'}), gone: []},
    {name: 'incomplete', live: liveRun({status: 'incomplete'}, {failed: 1, pending: 1}), gone: []},
    {name: 'at work elsewhere', live: liveRun({status: 'running'}), gone: []},
    {name: 'gone', live: liveRun({status: 'running'}), gone: ['live']},
  ])('takes up, pauses and ends no live run that is $name', ({live, gone}) => {
    const counts = open({failed: 1, waiting: 1});
    const facts = {...noFacts, plan: planRun(used), live, newest: live, open: {run: 'live', counts}, gone};
    const of = (isReadOnly: boolean) =>
      (['runbook', 'run', 'failures'] as const).flatMap(name =>
        named(
          consoleState({
            manner: {isReadOnly, isSandbox: false, flags: [], version: 'test'},
            setups: [setupView({facts})],
            views: [view('overview'), view(name)],
          }),
        ),
      );
    const steering: readonly Command[] = ['resume', 'retry', 'accept', 'pause', 'cancel', 'go-live'];
    expect(of(true).filter(command => steering.includes(command))).toEqual([]);
    expect(of(false).filter(command => steering.includes(command))).not.toEqual([]);
  });
});

describe('palette and help', () => {
  const state = consoleState({
    views: [view('overview'), view('runbook')],
    setups: [setupView({isBeginning: true})],
  });

  it('show what can not be done now, with the reason', () => {
    const rows = paletteRows(state, {type: 'palette', field: fieldOf('fresh'), at: 0});
    expect(rows).toMatchObject([
      {command: 'fresh-dry-run', availability: {because: 'a run is about to begin'}},
    ]);
    expect(
      helpLines(state).some(line =>
        line.some(({text}) => text.endsWith('(not now: a run is about to begin)')),
      ),
    ).toBe(true);
  });

  it('are about the view beneath, whatever is typed, and no two lines are the same', () => {
    fc.assert(
      fc.property(consoleStates, fc.constantFrom('', 'run', 'LIVE', 'zzz'), (state, text) => {
        const rows = paletteRows(state, {type: 'palette', field: fieldOf(text), at: 0});
        expect(new Set(rows.map(({key}) => key)).size).toBe(rows.length);
        for (const {key} of rows) {
          expect(`${key.label} ${key.help}`.toLowerCase()).toContain(text.toLowerCase());
          expect(keysOf(shownView(state).name)).toContain(key);
        }
        expect(new Set(rows.map(({key}) => key.label)).size).toBe(rows.length);
      }),
      runs,
    );
  });
});

it('the states that are tried offer everything somewhere', () => {
  const offered = new Set(
    fc
      .sample(consoleStates, {numRuns: 4_000, seed: 7})
      .flatMap(state => commands.filter(command => availabilityOf(state, command) === 'now')),
  );
  expect(commands.filter(command => !offered.has(command))).toEqual([]);
});
