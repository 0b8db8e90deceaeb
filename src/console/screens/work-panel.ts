import {onlyMeasures} from '../../core/run.ts';
import {modeText} from '../../core/words.ts';
import {lastListed} from '../last-listed.ts';
import type {Layout} from '../layout.ts';
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
  const isMeasuring = onlyMeasures(run.snapshot.mode);
  const repositories = repositoryRunOf(run);
  const top = [
    ...(isMeasuring ? measuredLines(run, setup.words.rows, room.width) : identityLines(run, room.width)),
    ...(repositories === null ? [] : repositoryLines(run, repositories, room.width)),
    [],
    ...paceLines(run, {
      width: room.width,
      now: state.now,
      lastTotal: lastListed(setup),
      hosts: hostsIn(layout),
    }),
  ];
  const kept = layout.isCompact ? top.filter(line => line.length > 0) : [...top, []];
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
