import type {HostLimit, RunEvent} from '../core/event.ts';
import type {Dialog} from './dialog.ts';
import type {Message} from './message.ts';
import {placeOf, takesText} from './place.ts';
import {moveInDialog, reduceDialog} from './reduce-dialog.ts';
import {reduceRecovery} from './reduce-recovery.ts';
import {reduceRun, startRunView, tickRun} from './reduce-run.ts';
import {listsSeen, rowsOf} from './rows.ts';
import type {RunView} from './run-view.ts';
import {heightOf} from './scroll.ts';
import {type ConsoleState, type ScreenName, shownView, type View, type ViewName, view} from './state.ts';
import {editField, fieldOf} from './text-field.ts';

/** What a message makes of the state. Pure: no clock, no ledger, no engine. */
export function reduce(state: ConsoleState, message: Message): ConsoleState {
  const next = withoutUnseen(state, changed(state, message));
  return clamped(bringsRows(message, shownView(next).name) ? keptRow(state, next) : next);
}

/** Whether a message brings rows while somebody looks at them. */
function bringsRows({type}: Message, shown: ViewName): boolean {
  if (type === 'events' || type === 'ticked') return shown === 'hosts';
  return type === 'facts' || type === 'history' || type === 'list';
}

function changed(state: ConsoleState, message: Message): ConsoleState {
  switch (message.type) {
    case 'resized':
      return {...state, size: message.size};
    case 'ticked':
      return ticked(state, message);
    case 'events':
      return {...state, runs: withEvents(state.runs, message.events)};
    case 'facts':
      return withSetup(state, message.setup, {facts: message.facts});
    case 'history':
      return {...state, history: message.runs};
    case 'list':
      // Whoever asked for it may have gone since.
      if (!listsSeen(state).has(message.id)) return state;
      return {...state, lists: {...state.lists, [message.id]: message.list}};
    case 'setup':
      return withSetup(state, message.setup, message.now);
    case 'recovery':
      return recovered(state, message);
    case 'told':
      return {...state, notice: message.notice};
    case 'leaving':
      return {...state, isLeaving: true, dialog: null};
    case 'chosen':
      return turned(state, message.setup);
    case 'switched':
      return {...state, views: switched(state, message.to)};
    case 'entered':
      return {...state, views: [...state.views, message.view]};
    case 'backed':
      return backed(state);
    case 'moved':
      return state.dialog === null ? moved(state, message.by) : moveInDialog(state, message.by);
    case 'jumped':
      return state.dialog === null
        ? moved(state, message.to === 'first' ? -Infinity : Infinity)
        : moveInDialog(state, message.to === 'first' ? -Infinity : Infinity);
    case 'filtering':
      return withView(state, {isFiltering: message.is});
    case 'opened':
      return opened(state, message.dialog);
    case 'closed':
      return {...state, dialog: null};
    case 'edited':
      if (state.dialog !== null) return {...state, dialog: reduceDialog(state.dialog, message)};
      return withView(state, {
        filter: editField(fieldOf(shownView(state).filter), message.action).text,
        at: 0,
      });
    case 'focused':
    case 'mistaken':
      return state.dialog === null ? state : {...state, dialog: reduceDialog(state.dialog, message)};
    default:
      return message satisfies never;
  }
}

/** What is being typed is not torn away by what went wrong elsewhere: that is told beside it. */
function opened(state: ConsoleState, dialog: Dialog): ConsoleState {
  if (dialog.type !== 'trouble' || !takesText(placeOf(state))) return {...state, dialog, notice: null};
  const text = `${dialog.title}: ${dialog.message}`;
  return {...state, notice: {level: 'error', text, at: state.now}};
}

/** When another list is opened, those that no view shows go: the one that was left last is at hand until then. */
function withoutUnseen(before: ConsoleState, after: ConsoleState): ConsoleState {
  const seen = listsSeen(after);
  const known = listsSeen(before);
  if ([...seen].every(id => known.has(id))) return after;
  return {...after, lists: Object.fromEntries(Object.entries(after.lists).filter(([id]) => seen.has(id)))};
}

function withSetup(
  state: ConsoleState,
  name: string,
  now: Partial<ConsoleState['setups'][number]>,
): ConsoleState {
  return {
    ...state,
    setups: state.setups.map(setup => (setup.name === name ? {...setup, ...now} : setup)),
  };
}

function recovered(state: ConsoleState, {setup, event}: Extract<Message, {type: 'recovery'}>): ConsoleState {
  const recovery = state.setups.find(({name}) => name === setup)?.recovery ?? null;
  return withSetup(state, setup, {recovery: reduceRecovery(recovery, event)});
}

/** A notice has been read by then. */
const noticeMs = 8_000;

function ticked(state: ConsoleState, {at, limits}: Extract<Message, {type: 'ticked'}>): ConsoleState {
  const {notice, runs} = state;
  const ticking = Object.entries(runs).map(
    ([id, run]) => [id, withLimits(tickRun(run, at), limits[id])] as const,
  );
  const isSame = ticking.every(([id, run]) => runs[id] === run);
  return {
    ...state,
    now: at,
    runs: isSame ? runs : Object.fromEntries(ticking),
    notice: notice !== null && at - notice.at > noticeMs ? null : notice,
  };
}

/** A run from which nothing is heard is asked how its hosts are asked: that is when it matters. */
function withLimits(run: RunView, limits: readonly HostLimit[] | undefined): RunView {
  return limits === undefined || run.ended !== null ? run : {...run, snapshot: {...run.snapshot, limits}};
}

/** Runs that are kept: those before are in the ledger. */
const keptRuns = 16;

function withEvents(runs: ConsoleState['runs'], events: readonly RunEvent[]): ConsoleState['runs'] {
  const next = new Map<string, RunView>(Object.entries(runs));
  for (const event of events) {
    const {run} = event.snapshot;
    const known = next.get(run);
    if (event.type === 'started') {
      next.delete(run);
      next.set(run, startRunView(event));
    } else if (known !== undefined) next.set(run, reduceRun(known, event));
  }
  const over = [...next].filter(([, {ended}]) => ended !== null).slice(0, Math.max(0, next.size - keptRuns));
  for (const [id] of over) next.delete(id);
  return Object.fromEntries(next);
}

function backed(state: ConsoleState): ConsoleState {
  if (state.dialog !== null) return {...state, dialog: null};
  const {filter, isFiltering} = shownView(state);
  if (isFiltering || filter !== '') return withView(state, {filter: '', isFiltering: false, at: 0});
  const [first, ...rest] = state.views;
  return rest.length === 0 ? state : {...state, views: [first, ...rest.slice(0, -1)]};
}

/** The guided steps stay beneath what is looked up from them: Esc goes on with them. */
function switched(state: ConsoleState, to: ScreenName): ConsoleState['views'] {
  const overview = overviewOf(state);
  if (to === 'overview') return [overview];
  const steps = state.views.filter(
    ({name}) => name === 'runbook' || name === 'review' || name === 'recovery',
  );
  return [overview, ...(to === 'runbook' ? [] : steps), view(to)];
}

function moved(state: ConsoleState, by: number): ConsoleState {
  const shown = shownView(state);
  const at = within(shown.at + by, heightOf(state, shown));
  const next = withView(state, {at});
  return shown.name === 'overview' ? {...next, chosen: at} : next;
}

/** Another backfill on the same screen, from its top: what was chosen or filtered was of the one before. */
function turned(state: ConsoleState, chosen: number): ConsoleState {
  const [first, ...rest] = state.views;
  // The history is of every backfill; what was opened from a row is of the one before.
  const kept = rest.filter(({name}) => !ofOneRow.includes(name));
  const views = [first, ...kept.map(each => (each.name === 'history' ? each : view(each.name)))] as const;
  const overview = first.name === 'overview' ? {...first, at: chosen} : first;
  return {...state, chosen, views: [overview, ...views.slice(1)]};
}

/** Views that are opened from a row, or of one run. */
const ofOneRow: readonly ViewName[] = ['items', 'hosts', 'invariant', 'recovery'];

/** Rows that come or go above the chosen one do not put another under the pointer. */
function keptRow(before: ConsoleState, after: ConsoleState): ConsoleState {
  const shown = shownView(after);
  const row = rowsOf(before, shownView(before))[shown.at];
  const rows = rowsOf(after, shown);
  // Keys may be alike: where the row stands as it stood, it is not looked for.
  const at = row === undefined || rows[shown.at] === row ? shown.at : rows.indexOf(row);
  return at === -1 || at === shown.at ? after : withView(after, {at});
}

/** Rows may have gone since the pointer came to stand where it is, and a larger screen has less to scroll. */
function clamped(state: ConsoleState): ConsoleState {
  const shown = shownView(state);
  const at = within(shown.at, heightOf(state, shown));
  const next = at === shown.at ? state : withView(state, {at});
  return moveInDialog(next, 0);
}

function within(at: number, height: number): number {
  return Math.max(0, Math.min(at, height - 1));
}

function overviewOf(state: ConsoleState): View {
  return {...view('overview'), at: state.chosen};
}

function withView(state: ConsoleState, now: Partial<View>): ConsoleState {
  const [first, ...rest] = state.views;
  const last = rest.at(-1);
  return last === undefined
    ? {...state, views: [{...first, ...now}]}
    : {...state, views: [first, ...rest.slice(0, -1), {...last, ...now}]};
}
