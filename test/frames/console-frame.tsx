import type {ReactNode} from 'react';
import stringWidth from 'string-width';
import {expect} from 'vitest';
import {App} from '../../components/app.tsx';
import {colorTheme, type Theme} from '../../components/theme.tsx';
import {Console} from '../../src/console/console.ts';
import type {ConsoleState} from '../../src/console/state.ts';
import {makeBench} from '../support/engine.ts';
import {now} from './frame-facts.ts';
import {expectFits, type Frame, renderFrame} from './render-frame.tsx';

export const sizes = [
  [60, 16],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;
export type Size = readonly [columns: number, rows: number];

/** A console that has not begun to look: it shows what it is given. */
export async function stillConsole(): Promise<Console> {
  const {engine, ledger} = await makeBench();
  return new Console({
    engine,
    ledger,
    setups: [],
    manner: {isReadOnly: false, isSandbox: false, flags: [], version: '0.1.0'},
    size: {columns: 80, rows: 24},
    now: () => now,
    schedule: () => () => undefined,
    terminal: {
      redraw: () => undefined,
      suspend: async () => undefined,
      page: () => Promise.resolve(),
      copy: () => undefined,
    },
  });
}

/** What the operator sees of a state, row by row. */
export async function frameAt(
  model: Console,
  state: ConsoleState,
  [columns, rows]: Size,
  theme: Theme = colorTheme,
): Promise<string> {
  model.store.setState({...state, size: {columns, rows}}, true);
  return shownOf(<App model={model} theme={theme} />, [columns, rows]);
}

async function shownOf(node: ReactNode, [columns, rows]: Size): Promise<string> {
  const shown: Frame = await renderFrame(node, columns, rows);
  const frame = shown.frame();
  await shown.unmount();
  return frame;
}

/** The words of a frame, wherever a row was broken. */
export function wordsOf(frame: string): string {
  return frame
    .split('\n')
    .map(row =>
      row
        .replace(/^\s*[│|]/, '')
        .replace(/[│|]\s*$/, '')
        .trim(),
    )
    .join(' ')
    .replace(/\s+/g, ' ');
}

/** What holds for every frame, whatever it shows. */
export function expectWellDrawn(frame: string, [columns, rows]: Size): void {
  expectFits(frame, columns, rows);
  const lines = frame.split('\n');
  expect(lines, `a footer in the last row:\n${frame}`).toHaveLength(rows);
  expect(lines[0], 'a header').toMatch(/^ \S/);
  expectBorders(lines, columns);
}

/** Panels stand one below the other, each as wide as the terminal, with nothing between its edges cut or moved. */
function expectBorders(lines: readonly string[], columns: number): void {
  const body = lines.slice(1, -1);
  if (!body.some(line => line.startsWith('╭'))) return;
  let isOpen = false;
  for (const [index, line] of body.entries()) {
    const where = `row ${index + 2}: ${line}`;
    if (line.startsWith('╭')) {
      expect(isOpen, where).toBe(false);
      expect(line, where).toMatch(/^╭.*─.*╮$/u);
      isOpen = true;
    } else if (line.startsWith('╰')) {
      expect(isOpen, where).toBe(true);
      expect(line, where).toBe(`╰${'─'.repeat(columns - 2)}╯`);
      isOpen = false;
    } else if (isOpen) expect(line, where).toMatch(/^│ .* │$/u);
    else expect(index, `between panels, ${where}`).toBe(body.length - 1);
    if (isOpen) expect(stringWidth(line), where).toBe(columns);
  }
  expect(isOpen, `a panel that isn't closed:\n${lines.join('\n')}`).toBe(false);
}
