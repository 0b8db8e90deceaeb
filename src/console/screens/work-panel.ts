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
  const tries = economiesOf(layout).map(economy => ({
    lines: told(state, setup, run, room.width, economy),
    leastLog: economy.hasLog ? Math.min(1, run.log.length) : 0,
  }));
  const fitting = tries.find(({lines, leastLog}) => lines.length + leastLog <= room.height) ?? tries.at(-1);
  const top = fitting?.lines ?? [];
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
  /** The newest entry of the log has a line in any case. */
  readonly hasLog: boolean;
}

/** From the roomiest to the most sparing: what a run waits for, and until when, is worth more than the log. */
function economiesOf(layout: Layout): readonly Economy[] {
  const roomy: Economy = {
    hosts: hostsIn(layout),
    hasBlanks: !layout.isCompact,
    isTerse: false,
    hasLog: true,
  };
  const close: Economy = {...roomy, hasBlanks: false};
  const one: Economy = {...close, hosts: 1};
  return [roomy, close, one, {...one, hasLog: false}, {...one, isTerse: true, hasLog: false}];
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
