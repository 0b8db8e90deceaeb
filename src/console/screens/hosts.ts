import type {HostLimit} from '../../core/event.ts';
import {isDown} from '../../core/repository-counts.ts';
import {clockText, counted, number} from '../../core/words.ts';
import {needOf} from '../hosts.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {hostRows} from '../rows.ts';
import {runOf} from '../shown-run.ts';
import {type ConsoleState, shownView} from '../state.ts';
import {fitLine, widthOf} from '../text.ts';
import {emptyPanel} from './empty.ts';
import {hostLine} from './host-lines.ts';
import {roomOf, type Screen, windowed} from './screen.ts';
import {paragraph} from './wrapped.ts';

/**
 * Every host of a run, those that need somebody first; below, what there is to say of the chosen one.
 *
 *     ╭ Hosts of 20261120-0615-k3f9 ───────────────── 3 down, 1 waits, of 312 ─╮
 *     │ > lock.example:   down 3 min, 412 wait, next try in 8 s: ECONNREFUSE… │
 *     │   mill.example:   8 in flight (limit 16: steady)                       │
 *     │                                                                        │
 *     │ down since 14:02 UTC: connect ECONNREFUSED 127.0.0.1:2583              │
 *     │ 1,204 requests, 2.4 a second                                           │
 *     ╰────────────────────────────────────────────────────────────────────────╯
 */
export function hostsScreen(state: ConsoleState, layout: Layout): Screen {
  const shown = shownView(state);
  const run = shown.of === null ? null : runOf(state, shown.of);
  const title = `Hosts of ${shown.of ?? ''}`;
  const limits = run?.snapshot.limits ?? [];
  if (run === null || limits.length === 0)
    return emptyPanel(layout, title, 'How hosts are asked is known of runs of this session only.');
  const rows = hostRows(state, shown);
  const {width, height} = roomOf(layout, layout.rows);
  const chosen = rows[shown.at];
  const detail = chosen === undefined ? [] : detailLines(chosen, state.now, width, layout.isCompact ? 3 : 6);
  const widest = rows.reduce((most, {host}) => Math.max(most, widthOf(host)), 0);
  const names = Math.min(mostName, Math.floor(width / 3), widest);
  const {rate} = run.snapshot;
  const isOver = run.ended !== null;
  const lineOf = (host: HostLimit) => hostLine(host, {rate, now: state.now, width: width - 2, names, isOver});
  return {
    panels: [
      {
        title,
        note: noteOf(state, limits, rows.length),
        height: layout.rows,
        blocks: [
          rows.length === 0
            ? {type: 'lines', lines: paragraph('Nothing matches: esc clears the filter.', width, 'dim')}
            : windowed(rows, lineOf, Math.max(1, height - detail.length - 1), shown.at),
          {type: 'lines', lines: [[], ...detail]},
        ],
      },
    ],
  };
}

/** Cells of a name at which others stand one below the other. */
const mostName = 32;

/** `12 of 312 with "blue"` while it is filtered; else how many there are, and how many of them need somebody. */
function noteOf(state: ConsoleState, limits: readonly HostLimit[], shown: number): string {
  const {filter, isFiltering} = shownView(state);
  if (isFiltering || filter !== '') return `${number(shown)} of ${number(limits.length)} with "${filter}"`;
  const down = limits.filter(isDown).length;
  const waiting = limits.filter(limit => needOf(limit, state.now) === 'waits').length;
  if (down + waiting === 0) return counted(limits.length, 'host');
  return [
    ...(down === 0 ? [] : [`${number(down)} down`]),
    ...(waiting === 0 ? [] : [counted(waiting, 'waits', 'wait')]),
    `of ${number(limits.length)}`,
  ].join(', ');
}

function detailLines(host: HostLimit, now: number, width: number, most: number): readonly Line[] {
  const {requests, firstAt, reason, limit, inFlight} = host;
  const seconds = (now - (firstAt ?? now)) / 1_000;
  // Of the requests' beginnings: the first of them took no time.
  const rate = seconds < 2 ? '' : `, ${((requests - 1) / seconds).toFixed(1)} a second`;
  const asked = `${counted(requests, 'request')}${rate}; ${number(inFlight)} of at most ${number(limit)} in flight (${reason})`;
  const said = isDown(host) ? `down since ${clockText(host.aside.since)}: ${host.aside.fault.message}` : null;
  return [
    ...(said === null ? [] : paragraph(said, width, 'bad')).slice(0, most - 1),
    fitLine([{text: asked}], width),
  ];
}
