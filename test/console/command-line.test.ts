import {describe, expect, it} from 'vitest';
import {availabilityOf} from '../../src/console/availability.ts';
import {copyTextOf} from '../../src/console/copy-text.ts';
import {frameOf} from '../../src/console/frame.ts';
import {type ConsoleState, type Manner, type View, view} from '../../src/console/state.ts';
import {textOf} from '../../src/console/text.ts';
import {liveRun, planRun} from '../runbook/flow-facts.ts';
import {consoleState, followed, noFacts, review, setupView} from './console-states.ts';

const elsewhere = ['--config', 'my config.ts', '--ledger', 'other.sqlite'];
const shell: Manner = {isReadOnly: false, isSandbox: false, flags: elsewhere, version: 'test'};
const sandbox: Manner = {...shell, isSandbox: true, flags: []};

function shown(manner: Manner, seen: View, changes: Partial<ConsoleState> = {}): ConsoleState {
  const plan = planRun();
  const setup = setupView({
    facts: {...noFacts, plan, newest: plan},
    gates: [],
    review: {
      state: 'ready',
      plan: plan.id,
      at: plan.finishedAt,
      review: {...review, tables: [{name: 'headgate_lease', isThere: true}]},
    },
  });
  const views = [view('overview'), seen] as const;
  return consoleState({size: {columns: 200, rows: 60}, manner, setups: [setup], views, ...changes});
}

function textsOf(state: ConsoleState): string {
  const panels = frameOf(state)?.screen.panels ?? [];
  const blocks = panels.flatMap(({blocks}) => blocks);
  return blocks.flatMap(block => (block.type === 'lines' ? block.lines.map(textOf) : [])).join('\n');
}

function copied(state: ConsoleState): string | null {
  const [setup] = state.setups;
  return setup === undefined ? null : copyTextOf(state, setup);
}

describe('what is copied', () => {
  it('is a command that finds the same ledger and config', () => {
    expect(copied(shown(shell, view('runbook')))).toBe(
      "headgate plan plan --config 'my config.ts' --ledger other.sqlite",
    );
  });

  it('is the run alone in the sandbox, where no command would find it', () => {
    expect(copied(shown(sandbox, view('runbook')))).toBe('plan');
  });
});

describe('a run whose source and target are not open here', () => {
  const stranger = liveRun({id: 'stranger', status: 'paused', sourceLabel: 'elsewhere'}, {inserted: 1});
  const because = (manner: Manner, command: 'resume' | 'undo') =>
    availabilityOf(shown(manner, view('run', 'stranger'), {history: [stranger]}), command);

  it('is taken up and undone by a command with the same flags', () => {
    expect(because(shell, 'resume')).toEqual({
      because:
        "its source and target are not open here: headgate resume stranger --config 'my config.ts' --ledger other.sqlite",
    });
    expect(because(shell, 'undo')).toEqual({
      because:
        "its source and target are not open here: headgate undo stranger --config 'my config.ts' --ledger other.sqlite shows what it would do",
    });
  });

  it('is named no command in the sandbox', () => {
    expect(because(sandbox, 'resume')).toEqual({because: 'its source and target are not open here'});
    expect(because(sandbox, 'undo')).toEqual({because: 'its source and target are not open here'});
  });
});

describe('a screen', () => {
  const leaving = (manner: Manner) =>
    shown(manner, view('runbook'), {dialog: {type: 'quit', isYes: false}, runs: {'run-1': followed(false)}});

  it.each([
    [
      'the review',
      shown(shell, view('review')),
      "headgate undo RUN --config 'my config.ts' --ledger other.sqlite, or u",
    ],
    [
      'the review',
      shown(shell, view('review')),
      "removed by headgate marks remove --target index.sqlite --config 'my config.ts' --ledger other.sqlite",
    ],
    ['leaving', leaving(shell), "or headgate resume run-1 --config 'my config.ts' --ledger other.sqlite"],
    [
      'nothing yet',
      consoleState({setups: [], manner: shell, size: {columns: 200, rows: 60}}),
      "--target index.sqlite --config 'my config.ts' --ledger other.sqlite",
    ],
  ])('names commands that find the same ledger: %s', (_, state, said) => {
    expect(textsOf(state)).toContain(said);
  });

  it.each([
    ['the review', shown(sandbox, view('review'))],
    ['leaving', leaving(sandbox)],
  ])('names none in the sandbox: %s', (_, state) => {
    expect(textsOf(state)).not.toMatch(/headgate [a-z]/);
  });
});
