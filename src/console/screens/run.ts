import type {Noun} from '../../backfills/backfill.ts';
import {isActive, onlyMeasures} from '../../core/run.ts';
import {
  ageText,
  bytesText,
  clockDuration,
  counted,
  modeText,
  number,
  partWord,
  scopeText,
} from '../../core/words.ts';
import {lastListed} from '../last-listed.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {runRows} from '../rows.ts';
import type {RunView} from '../run-view.ts';
import {recordOf, setupOf, shownRun} from '../shown-run.ts';
import {type ConsoleState, chosenSetup, shownView} from '../state.ts';
import {statusTone} from '../status-tone.ts';
import {fitLine} from '../text.ts';
import {barLine, driftText, hostsIn, limitLines, logLines, measuredLines, paceLines} from './run-lines.ts';
import {type Block, frameOf, type PanelSpec, roomOf, type Screen} from './screen.ts';

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
  const lastTotal = isForeign ? null : lastListed(setup);
  const {width} = roomOf(layout, layout.rows);
  const at = shownView(state).at;
  const isMeasuring = onlyMeasures(run.snapshot.mode);
  const head: readonly Line[] = [
    statusLine(run, state.now, width),
    ...(isMeasuring ? [] : [barLine(run, {width, now: state.now, lastTotal})]),
  ];
  const parts = isMeasuring ? measuredLines(run, setup.words.rows, width) : identityRows(run, width);
  const middle: readonly Line[] = [
    ...(isMeasuring ? [[]] : [totalLine(run, setup.words.rows, width)]),
    ...driftLine(run, width),
    ...(run.ended === null
      ? paceLines(run, {width, now: state.now, lastTotal, hosts: hostsIn(layout)})
      : endLines(run, width, hostsIn(layout))),
    ...(isMeasuring ? [] : [partitionLine(run, width)]),
  ];
  const gap: readonly Line[] = layout.isCompact ? [] : [[]];
  const blocks: readonly Block[] = [
    {type: 'lines', lines: [...head, ...gap]},
    isMeasuring ? {type: 'lines', lines: parts} : {type: 'lines', lines: parts, selected: at},
    {type: 'lines', lines: middle},
  ];
  const wanted = head.length + gap.length + parts.length + middle.length + frameOf(layout);
  const least = layout.isCompact ? 3 : 5;
  const logHeight = layout.rows - wanted;
  const main: PanelSpec = {
    title: `${modeText({mode: run.snapshot.mode, undoes: run.undoes})} of ${isForeign ? run.snapshot.backfill : setup.name}`,
    note: run.snapshot.run,
    height: logHeight < least ? layout.rows : wanted,
    blocks,
  };
  if (logHeight < least) return {panels: [main]};
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

/** What goes without saying. */
const usualLabels: readonly string[] = ['rehearsed', 'dry run', 'verify'];

function statusLine({snapshot, label, ended, scope}: RunView, now: number, width: number): Line {
  const {status} = snapshot;
  // The ledger says running until somebody settles it.
  const isDead = ended !== null && isActive(status);
  return fitLine(
    [
      isDead ? {text: 'dead', tone: 'bad'} : {text: status, tone: statusTone(status)},
      {text: ended === null ? '' : ` ${ageText(ended.at, now)}`},
      {text: `${usualLabels.includes(label) ? '' : ` · ${label}`} · scope: ${scopeText(scope)}`, tone: 'dim'},
    ],
    width,
  );
}

function identityRows({snapshot}: RunView, width: number): readonly Line[] {
  const {tally, mode} = snapshot;
  const all = runRows.reduce((sum, part) => sum + tally[part], 0);
  return runRows.map(part => {
    const count = tally[part];
    const share = all === 0 ? '' : `${((count / all) * 100).toFixed(2).padStart(6)} %`;
    const tone = count === 0 ? {tone: 'dim' as const} : part === 'failed' ? {tone: 'bad' as const} : {};
    return fitLine(
      [
        {text: partWord(part, mode === 'dry-run').padEnd(11), ...tone},
        {text: number(count).padStart(12), ...tone},
        {text: `   ${share}`, tone: 'dim'},
      ],
      width - 2,
    );
  });
}

/** The sum of what stands above it, and the rows that the database said it changed. */
function totalLine({snapshot}: RunView, rows: Noun, width: number): Line {
  const {tally} = snapshot;
  const all = runRows.reduce((sum, part) => sum + tally[part], 0);
  return fitLine(
    [
      {text: `= ${'listed'.padEnd(11)}${number(all).padStart(12)}`, tone: 'strong'},
      {
        text: `   ${[
          ...(tally.rows === 0 ? [] : [counted(tally.rows, ...rows)]),
          ...(tally.bytes === 0 ? [] : [bytesText(tally.bytes)]),
        ].join(' · ')}`,
        tone: 'dim',
      },
    ],
    width,
  );
}

function driftLine({snapshot: {drift}}: RunView, width: number): readonly Line[] {
  return drift.added + drift.gone + drift.changed === 0
    ? []
    : [fitLine([{text: `drift: ${driftText(drift)}`, tone: 'warn'}], width)];
}

function endLines({ended, snapshot}: RunView, width: number, hosts: number): readonly Line[] {
  if (ended === null) return [];
  return [
    ...endText(ended, width),
    ...limitLines(snapshot, snapshot.at, hosts).map(line => fitLine(line, width)),
  ];
}

function endText({seconds, reason}: NonNullable<RunView['ended']>, width: number): readonly Line[] {
  const parts: Line = [
    ...(seconds === null ? [] : [{text: `took ${clockDuration(seconds)}  `}]),
    ...(reason === null ? [] : [{text: reason.message, tone: 'warn' as const}]),
  ];
  return parts.length === 0 ? [] : [fitLine(parts, width)];
}

function partitionLine({snapshot}: RunView, width: number): Line {
  const {done, failed, pending} = snapshot.partitions;
  return fitLine(
    [
      {text: 'partitions: ', tone: 'dim'},
      {text: `${number(done)} done, ${number(pending)} pending`},
      {text: failed === 0 ? '' : `, ${number(failed)} failed`, tone: 'bad'},
    ],
    width,
  );
}
