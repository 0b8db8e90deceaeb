import {onlyMeasures} from '../../core/run.ts';
import {modeText} from '../../core/words.ts';
import {lastListed} from '../last-listed.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {repositoryRunOf} from '../repository-run.ts';
import type {RunView} from '../run-view.ts';
import type {ConsoleState, SetupView} from '../state.ts';
import {hostsIn, paceLines} from './pace-lines.ts';
import {repositoryLines} from './repository-lines.ts';
import {identityLines, logLines, measuredLines} from './run-lines.ts';
import {type PanelSpec, roomOf} from './screen.ts';

/** What goes on now: counts, pace, and the newest lines of the log. */
export function workPanel(
  state: ConsoleState,
  setup: SetupView,
  run: RunView,
  layout: Layout,
  height: number,
): PanelSpec {
  const room = roomOf(layout, height);
  const leastLog = Math.min(1, run.log.length);
  const tries = economiesOf(layout).map(economy => told(state, setup, run, room.width, economy));
  const top = tries.find(lines => lines.length + leastLog <= room.height) ?? tries.at(-1) ?? [];
  // Invariants may be more than there are rows: the newest are seen.
  const kept = top.slice(Math.max(0, top.length - room.height));
  return {
    title: `${modeText({mode: run.snapshot.mode, undoes: run.undoes})} at work`,
    note: run.snapshot.run,
    height,
    blocks: [
      {type: 'lines', lines: kept},
      {type: 'lines', lines: logLines(run, Math.max(0, room.height - kept.length), room.width)},
    ],
  };
}

interface Economy {
  readonly hosts: number;
  readonly hasBlanks: boolean;
  readonly isTerse: boolean;
}

/** From the roomiest to the most sparing. */
function economiesOf(layout: Layout): readonly Economy[] {
  const roomy: Economy = {hosts: hostsIn(layout), hasBlanks: !layout.isCompact, isTerse: false};
  const close: Economy = {...roomy, hasBlanks: false};
  return [roomy, close, {...close, hosts: 1}, {...close, hosts: 1, isTerse: true}];
}

function told(
  {now}: ConsoleState,
  setup: SetupView,
  run: RunView,
  width: number,
  {hosts, hasBlanks, isTerse}: Economy,
): readonly Line[] {
  const isMeasuring = onlyMeasures(run.snapshot.mode);
  const repositories = repositoryRunOf(run);
  const blank: readonly Line[] = hasBlanks ? [[]] : [];
  return [
    ...(isMeasuring ? measuredLines(run, setup.words.rows, width) : identityLines(run, width)),
    ...(repositories === null ? [] : repositoryLines(run, repositories, width)),
    ...blank,
    ...paceLines(run, {width, now, lastTotal: lastListed(setup), hosts, isTerse}),
    ...blank,
  ];
}
