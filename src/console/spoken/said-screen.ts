import {helpLines, paletteRows} from '../dialog-rows.ts';
import {runAtWork} from '../flow-of.ts';
import {type Frame, frameOf} from '../frame.ts';
import type {Line} from '../line.ts';
import {rowsOf} from '../rows.ts';
import type {Block, PanelSpec} from '../screens/screen.ts';
import {type ConsoleState, chosenSetup, shownView, type ViewName} from '../state.ts';
import {textOf} from '../text.ts';
import {factSigns, isDrawn, keyName, plainText, type Signs, stepSigns} from './plain.ts';

/** A screen as it is said: made from the frame that is drawn, on a terminal that is wide enough for every line. */
export interface SaidScreen {
  /** Where one is. */
  readonly title: string;
  readonly lines: readonly SaidLine[];
  /** What can be pressed now. */
  readonly keys: readonly string[];
  /** The row that the pointer stands on; null where there is none. */
  readonly chosen: string | null;
}

export interface SaidLine {
  readonly text: string;
  /** `row`: one of those that a pointer goes over. `moving`: it changes all the time, and is said with its screen only. */
  readonly kind: 'still' | 'row' | 'moving';
  readonly isChosen: boolean;
}

/** Nothing wraps and hardly anything is cut. */
const columns = 1_000;

export function saidScreen(state: ConsoleState): SaidScreen {
  const frame = frameOf({...state, size: {columns, rows: rowsFor(state)}});
  if (frame === null) return {title: '', lines: [], keys: [], chosen: null};
  return {
    title: titleOf(state, frame),
    lines: linesOf(state, frame).filter(({text}) => text !== ''),
    keys: frame.hints.map(keyText),
    chosen: chosenIn(state, frame),
  };
}

/** Texts are said in full, lists a page at a time, and of a log the newest lines. */
function rowsFor(state: ConsoleState): number {
  if (state.dialog !== null) return 400;
  switch (shownView(state).name) {
    case 'review':
    case 'invariant':
      return 400;
    case 'overview':
    case 'recovery':
      return 100;
    default:
      return 30;
  }
}

function titleOf(state: ConsoleState, {header, screen}: Frame): string {
  if (state.dialog !== null) return `Dialog: ${screen.panels[0]?.title ?? state.dialog.type}`;
  const {name} = shownView(state);
  const setup = chosenSetup(state);
  const isOfAll = name === 'overview' || name === 'history' || setup === null;
  const right = plainText(header.right).replaceAll(': ', ', ');
  return [`Screen: ${name}${isOfAll ? '' : ` of ${setup.name}`}`, ...(right === '' ? [] : [right])].join(
    ', ',
  );
}

function linesOf(state: ConsoleState, {screen}: Frame): readonly SaidLine[] {
  const {dialog} = state;
  if (dialog?.type === 'help') return helpLines(state).map(helpText).map(still);
  if (dialog?.type === 'palette') return [still(paletteText(state))];
  const {name} = shownView(state);
  const hasSteps = dialog === null && (name === 'runbook' || name === 'recovery');
  return screen.panels.flatMap((panel, index) => [
    ...(dialog === null ? [still(panelTitle(panel))] : []),
    ...panel.blocks.flatMap(block =>
      blockLines(state, block, hasSteps && index === 0 ? stepSigns : factSigns),
    ),
  ]);
}

function still(text: string): SaidLine {
  return {text, kind: 'still', isChosen: false};
}

function panelTitle({title, note}: PanelSpec): string {
  return plainText(note === '' ? title : `${title}, ${note}`);
}

function blockLines(state: ConsoleState, block: Block, signs: Signs): readonly SaidLine[] {
  switch (block.type) {
    case 'lines':
      return listedLines(state, block, signs);
    case 'table':
      return block.rows.map(row => still(rowText(block.columns, row)));
    case 'field': {
      const label = plainText(block.label);
      const text = `${label}${label === '' ? '' : ': '}${block.field.text || 'nothing typed yet'}`;
      return [{text, kind: 'moving', isChosen: false}];
    }
    default:
      return block satisfies never;
  }
}

function listedLines(
  state: ConsoleState,
  block: Extract<Block, {type: 'lines'}>,
  signs: Signs,
): readonly SaidLine[] {
  const said: SaidLine[] = [];
  for (const [index, line] of block.lines.entries()) {
    const text = plainText(line, signs);
    const above = said.at(-1);
    // What has no name in its first column belongs to the line above.
    if (above !== undefined && above.text !== '' && /^ {7,}\S/.test(textOf(line)))
      said.splice(-1, 1, {...above, text: `${above.text}${/[.:;,]$/.test(above.text) ? '' : ';'} ${text}`});
    else {
      const isChosen = index === block.selected || isMarked(state, line);
      said.push({text, kind: kindOf(state, block, line), isChosen});
    }
  }
  return said;
}

/** A run's counts, pace and limits, which are another a moment later. */
const countsWork =
  /\b[a-z]+\/s |^[\d,]+ listed = | in flight\b| so far\b| resolved, | next try in |: being tried\b/;

/** Views whose rows are the counts of a run at work. */
const ofRun: readonly ViewName[] = ['run', 'hosts'];

function kindOf(state: ConsoleState, block: Block, line: Line): SaidLine['kind'] {
  const {name} = shownView(state);
  const text = textOf(line);
  const isAtWork = state.setups.some(setup => runAtWork(state, setup)?.ended === null);
  const isRow = name === 'overview' || (block.type === 'lines' && block.selected != null);
  if (isAtWork && (isDrawn(text) || countsWork.test(text) || (isRow && ofRun.includes(name))))
    return 'moving';
  return /^\d\d:\d\d:\d\d /.test(text) ? 'moving' : isRow ? 'row' : 'still';
}

/** `insert 882, update 1,289`; a row that has a name begins with it. */
function rowText(columns: readonly {readonly title: string}[], row: readonly string[]): string {
  const isNamed = row[0] !== undefined && !/^[\d–]/.test(row[0]);
  const pairs = row.map((cell, index) => `${columns[index]?.title ?? ''} ${cell}`);
  return isNamed ? `${row[0]}: ${pairs.slice(1).join(', ')}` : pairs.join(', ');
}

function helpText([key, help]: Line): string {
  return key === undefined || help === undefined ? '' : `${keyName(key.text)}: ${plainText(help.text)}`;
}

function paletteText(state: ConsoleState): string {
  if (state.dialog?.type !== 'palette') return '';
  const rows = paletteRows(state, state.dialog);
  const row = rows[state.dialog.at];
  if (row === undefined) return 'There is no such command here.';
  const {key, availability} = row;
  const says = typeof availability === 'object' ? `not now: ${availability.because}` : key.help;
  return `${state.dialog.at + 1} of ${rows.length} commands: ${key.label}, key ${keyName(key.shown)}. ${says}`;
}

function keyText([key, ...label]: Line): string {
  return `${keyName(key?.text ?? '')} ${plainText(label)}`;
}

/** `2 of 8: updated: 1,289, 57.59 %` */
function chosenIn(state: ConsoleState, {screen}: Frame): string | null {
  const view = shownView(state);
  const rows = rowsOf(state, view);
  if (state.dialog !== null || rows.length === 0) return null;
  const lines = screen.panels.flatMap(({blocks}) => blocks.flatMap(block => pointedAt(state, block)));
  return lines.length === 0
    ? null
    : `${view.at + 1} of ${rows.length}: ${lines.map(line => plainText(line)).join('. ')}`;
}

function pointedAt(state: ConsoleState, block: Block): readonly Line[] {
  if (block.type !== 'lines') return [];
  if (block.selected !== undefined && block.selected !== null)
    return block.lines.slice(block.selected, block.selected + 1);
  const start = block.lines.findIndex(line => isMarked(state, line));
  if (start === -1) return [];
  const rest = block.lines.slice(start);
  const end = rest.findIndex(line => textOf(line).trim() === '');
  return end === -1 ? rest : rest.slice(0, end);
}

/** Backfills of the overview take several lines, and carry their pointer themselves. */
function isMarked({dialog, setups, views}: ConsoleState, line: Line): boolean {
  return dialog === null && views.length === 1 && setups.length > 1 && textOf(line).startsWith('> ');
}
