import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {colorTheme, monoTheme} from '../../components/theme.tsx';
import {panelContent} from '../../src/console/edges.ts';
import {frameOf} from '../../src/console/frame.ts';
import {layoutOf} from '../../src/console/layout.ts';
import type {Block, PanelSpec} from '../../src/console/screens/screen.ts';
import type {ConsoleState, Size} from '../../src/console/state.ts';
import {summaryHeight} from '../../src/console/summary.ts';
import {consoleStates} from '../console/console-arbitraries.ts';
import {awkwardText} from '../support/awkward.ts';
import {expectWellDrawn, frameAt, stillConsole, wordsOf} from './console-frame.tsx';
import type {Case} from './console-states.ts';
import {dialogCases, noticeCases, reviewCases} from './dialog-states.ts';
import {failuresCases, historyCases, itemsCases} from './list-states.ts';
import {liveCases} from './live-states.ts';
import {coverageCases, invariantCases, invariantsCases} from './measured-states.ts';
import {overviewCases} from './overview-states.ts';
import {expectFits} from './render-frame.tsx';
import {
  hostsCases,
  repositoryCoverageCases,
  repositoryFailuresCases,
  repositoryRunCases,
} from './repository-states.ts';
import {staleReviewCases} from './review-states.ts';
import {runCases} from './run-states.ts';
import {runbookCases} from './runbook-states.ts';

const cases: readonly Case[] = [
  ...overviewCases,
  ...runbookCases,
  ...liveCases,
  ...runCases,
  ...coverageCases,
  ...invariantsCases,
  ...invariantCases,
  ...failuresCases,
  ...historyCases,
  ...itemsCases,
  ...reviewCases,
  ...staleReviewCases,
  ...dialogCases,
  ...noticeCases,
  ...repositoryRunCases,
  ...hostsCases,
  ...repositoryCoverageCases,
  ...repositoryFailuresCases,
];

const sizes = fc.record({columns: fc.integer({min: 60, max: 250}), rows: fc.integer({min: 16, max: 80})});
const states = fc.oneof(fc.constantFrom(...cases.map(({state}) => state)), consoleStates);
/** With a notice or names that nobody foresaw. */
const strained = fc
  .record({state: states, text: fc.option(awkwardText()), isNamed: fc.boolean()})
  .map(({state, text, isNamed}): ConsoleState => {
    if (text === null) return state;
    if (!isNamed) return {...state, notice: {level: 'error', text, at: state.now}};
    const setups = state.setups.map(setup => ({
      ...setup,
      source: text,
      target: text,
      targetName: text,
      environment: text,
    }));
    return {...state, setups};
  });

/** Of each panel. */
function beyondOf(state: ConsoleState): readonly {readonly title: string; readonly rows: number}[] {
  const frame = frameOf(state);
  if (frame === null) return [];
  return frame.screen.panels.map(panel => ({
    title: panel.title,
    rows: beyond(panel, state.size, frame.isBordered),
  }));
}

/** Rows that a panel is asked to show beyond those that it has. */
function beyond({height, blocks}: PanelSpec, size: Size, isBordered: boolean): number {
  const rows = blocks.reduce((sum, block) => sum + rowsOf(block), 0);
  return rows - panelContent({width: size.columns, height}, isBordered).height;
}

function rowsOf(block: Block): number {
  if (block.type === 'field') return 1;
  return block.type === 'table' ? summaryHeight(block.rows.length) : block.lines.length;
}

describe('any state at any size', () => {
  it('has panels that fill the terminal and hide no row, and hints that end with the help', () => {
    fc.assert(
      fc.property(strained, sizes, (state, size) => {
        const frame = frameOf({...state, size});
        expect(frame).not.toBeNull();
        if (frame === null) return;
        const height = frame.screen.panels.reduce((sum, panel) => sum + panel.height, 0);
        if (frame.screen.panels.length > 0) expect(height).toBe(layoutOf(size, frame.notice !== null).rows);
        for (const {title, rows} of beyondOf({...state, size})) expect(rows, title).toBeLessThanOrEqual(0);
        expect(frame.hints.length).toBeGreaterThan(0);
        if (state.dialog === null && frame.hints.length > 2)
          expect(
            frame.hints
              .at(-1)
              ?.map(({text}) => text)
              .join(''),
          ).toBe('? keys');
      }),
      {numRuns: 500},
    );
  });

  it('has panels that hide no row at any height where repositories are at work', () => {
    const heights = Array.from({length: 25}, (_, index) => 16 + index);
    const shown = [...repositoryRunCases, ...hostsCases].flatMap(({name, state}) =>
      [60, 71, 72, 80, 100].flatMap(columns => heights.map(rows => ({name, state, size: {columns, rows}}))),
    );
    for (const {name, state, size} of shown)
      for (const {title, rows} of beyondOf({...state, size}))
        expect(rows, `${name} at ${size.columns}×${size.rows}: ${title}`).toBeLessThanOrEqual(0);
  });

  it('is drawn within the terminal, with and without colours', async () => {
    const model = await stillConsole();
    await fc.assert(
      fc.asyncProperty(
        states,
        sizes,
        fc.constantFrom(colorTheme, monoTheme),
        async (state, {columns, rows}, theme) => {
          expectWellDrawn(await frameAt(model, state, [columns, rows], theme), [columns, rows]);
        },
      ),
      {numRuns: 60},
    );
  });

  it('is one sentence below 60×16', async () => {
    const model = await stillConsole();
    const small = fc.oneof(
      fc.tuple(fc.integer({min: 1, max: 59}), fc.integer({min: 1, max: 40})),
      fc.tuple(fc.integer({min: 60, max: 120}), fc.integer({min: 1, max: 15})),
    );
    await fc.assert(
      fc.asyncProperty(states, small, async (state, [columns, rows]) => {
        const frame = await frameAt(model, state, [columns, rows]);
        expectFits(frame, columns, rows);
        const isAtWork = Object.values(state.runs).some(({ended}) => ended === null);
        const sentence = `terminal too small (needs 60×16); ${isAtWork ? '' : 'q leaves'}`;
        const said = wordsOf(frame);
        if (columns >= 40 && rows >= 3) {
          expect(said.startsWith(sentence.trimEnd())).toBe(true);
          expect(said).toMatch(
            isAtWork ? /; (LIVE|UNDO|DRY RUN|VERIFY|ESTIMATE)\b.* ctrl\+c leaves$/ : /leaves$/,
          );
        } else if (columns >= 10) expect(said).toMatch(/^terminal/);
      }),
      {numRuns: 30},
    );
  });
});
