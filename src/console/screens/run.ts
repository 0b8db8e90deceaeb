import {modeText} from '../../core/words.ts';
import {lastListed} from '../last-listed.ts';
import type {Layout} from '../layout.ts';
import {recordOf, setupOf, shownRun} from '../shown-run.ts';
import {type ConsoleState, chosenSetup, shownView} from '../state.ts';
import {logLines} from './run-lines.ts';
import {economies, type Sections, sectionsOf, type Told} from './run-sections.ts';
import {type Block, type Lines, type PanelSpec, roomOf, type Screen, windowed} from './screen.ts';

/**
 * One run in full: how far it is, the accounting identity (each part opens its items), pace, limits, partitions, log.
 *
 *     ╭ live of asset-index ───────────────────────────────────── 20261120-0615-k3f9 ─╮
 *     │ ━━━━━━━━━━━━━━━━╍╍───────────  1,204/2,238  53.80 %  20–31 s left             │
 *     │                                                                               │
 *     │ > inserted       882   39.41 %                                                │
 *     │   failed           1    0.04 %                                                │
 *     ╰───────────────────────────────────────────────────────────────────────────────╯
 */
export function runScreen(state: ConsoleState, layout: Layout): Screen {
  const setup = chosenSetup(state);
  const run = setup === null ? null : shownRun(state, setup);
  if (setup === null || run === null) return noRun(layout);
  const record = recordOf(state, run.run);
  // One of another source and target is told by itself alone.
  const isForeign = record !== null && setupOf(state, record)?.name !== setup.name;
  const {at} = shownView(state);
  const lastTotal = isForeign ? null : lastListed(setup);
  const {blocks, logHeight} = arranged({run, rows: setup.words.rows, at, now: state.now, lastTotal}, layout);
  const main: PanelSpec = {
    title: `${modeText({mode: run.snapshot.mode, undoes: run.undoes})} of ${isForeign ? run.snapshot.backfill : setup.name}`,
    note: run.snapshot.run,
    height: layout.rows - (logHeight ?? 0),
    blocks,
  };
  if (logHeight === null) return {panels: [main]};
  const room = roomOf(layout, logHeight);
  return {
    panels: [
      main,
      {
        title: 'Log',
        note: run.log.length === 0 ? 'of runs of this session only' : 'times in UTC',
        height: logHeight,
        blocks: [{type: 'lines', lines: logLines(run, room.height, room.width)}],
      },
    ],
  };
}

interface Arranged {
  readonly blocks: readonly Block[];
  /** Of the log's own panel; null where it has none, and its newest entries stand below the rest. */
  readonly logHeight: number | null;
}

/** Newest entry and limit are seen however few rows there are: all else gives way, at last parts beside the chosen one. */
function arranged(told: Told, layout: Layout): Arranged {
  const {width, height} = roomOf(layout, layout.rows);
  const leastPanel = layout.isCompact ? 3 : 5;
  const roomy = sectionsOf(told, layout, new Set());
  const logHeight = height - rowsOf(roomy);
  if (logHeight >= leastPanel) return {blocks: [roomy.head, roomy.parts, roomy.below], logHeight};
  const {run} = told;
  const leastLog = Math.min(1, run.log.length);
  const tries = economies.map((_, index) => sectionsOf(told, layout, new Set(economies.slice(0, index + 1))));
  const sections = [roomy, ...tries].find(each => rowsOf(each) + leastLog <= height) ?? tries.at(-1) ?? roomy;
  const {head, parts, below} = sections;
  const left = height - rowsOf(sections);
  const room = Math.max(1, parts.lines.length + Math.min(0, left - leastLog));
  const log = logLines(run, Math.max(leastLog, left), width);
  return {blocks: [head, partOf(parts, room), below, {type: 'lines', lines: log}], logHeight: null};
}

function rowsOf({head, parts, below}: Sections): number {
  return head.lines.length + parts.lines.length + below.lines.length;
}

/** Around the pointer; what is measured has none, and its newest lines are seen. */
function partOf({lines, selected}: Lines, room: number): Lines {
  return selected == null
    ? {type: 'lines', lines: lines.slice(-room)}
    : windowed(lines, line => line, room, selected);
}

function noRun(layout: Layout): Screen {
  return {
    panels: [
      {
        title: 'Run',
        note: '',
        height: layout.rows,
        blocks: [
          {type: 'lines', lines: [[{text: 'Nothing was run yet: 2 opens the guided steps.', tone: 'dim'}]]},
        ],
      },
    ],
  };
}
