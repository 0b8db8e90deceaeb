import type {ConfirmDialog} from '../dialog.ts';
import {flowOfSetup} from '../flow-of.ts';
import {type ConsoleState, chosenSetup, shownView} from '../state.ts';
import {plainText} from './plain.ts';
import {newTroubles, progressTexts, runTurns} from './said-runs.ts';
import {type SaidLine, type SaidScreen, saidScreen} from './said-screen.ts';
import {placeText, standingText} from './standing.ts';

/**
 * The console for a screen reader: from what was said last and what is so now, the lines to say. A new screen is said
 * in full, a screen that changes by its new lines, a pointer by its row; progress every ten seconds at most. What is
 * said once is not said again, unless a key asks for it. Left out: how lines reach a voice, which is the speaker's.
 */
export interface Heard {
  readonly state: ConsoleState;
  /** Of the shown screen, so that only what is new is said. */
  readonly lines: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
  readonly progress: {readonly at: number; readonly text: string; readonly waitedAt: number};
  /** When the newest warning of a log came that was said. */
  readonly troublesAt: number;
}

export interface Said {
  readonly lines: readonly string[];
  readonly heard: Heard;
}

/** `key`: one was pressed. `again`: everything was asked for. `unanswered`: a key was pressed, and nothing came of it. */
export type Occasion = 'news' | 'key' | 'again' | 'unanswered';

const progressEveryMs = 10_000;
/** A run that waits says so once, and then each minute. */
const waitEveryMs = 60_000;

export function firstSaid(state: ConsoleState): Said {
  return whole(state, {
    state,
    lines: new Set(),
    keys: new Set(),
    progress: {at: state.now, text: '', waitedAt: 0},
    troublesAt: state.now,
  });
}

export function spoken(heard: Heard, now: ConsoleState, occasion: Occasion): Said {
  const before = heard.state;
  const news = [
    ...runTurns(before, now),
    ...failedLinks(before, now),
    ...needs(before, now),
    ...notices(before, now),
  ];
  const progress = occasion === 'news' ? progressOf(heard, now, news.length > 0) : {lines: [], heard};
  const screen = screenNews({...progress.heard, state: before}, now, occasion);
  const lines = [...news, ...progress.lines, ...screen.lines];
  return {
    lines: lines.length === 0 && occasion === 'unanswered' ? [unanswered(now)] : lines,
    heard: screen.heard,
  };
}

function screenNews(heard: Heard, now: ConsoleState, occasion: Occasion): Said {
  const before = heard.state;
  // Who leaves is told how that goes, and no screen any more.
  if (now.isLeaving && occasion !== 'again') return {lines: [], heard: {...heard, state: now}};
  if (occasion === 'again' || placeText(before) !== placeText(now)) return whole(now, heard);
  const isSame = standingText(before) === standingText(now);
  const isMoved = shownView(before).at !== shownView(now).at && now.dialog === null;
  if (isSame && !isMoved) return {lines: [], heard: {...heard, state: now}};
  const screen = saidScreen(now);
  const fresh = screen.lines.filter(line => isNew(line, heard) && (line.kind === 'still' || !isMoved));
  return {
    lines: [
      ...(isMoved && screen.chosen !== null ? [screen.chosen] : []),
      ...(now.dialog === null ? fresh.map(lineText) : dialogNews(before, now, fresh)),
      ...moreKeys(screen.keys.filter(key => !heard.keys.has(key))),
    ],
    heard: {...heard, state: now, ...heardOf(screen)},
  };
}

function whole(state: ConsoleState, heard: Heard): Said {
  const screen = saidScreen(state);
  return {
    lines: [screen.title, ...screen.lines.map(lineText), `Keys: ${screen.keys.join('; ')}.`],
    heard: {...heard, state, ...heardOf(screen), progress: {...heard.progress, at: state.now}},
  };
}

function heardOf({lines, keys}: SaidScreen): Pick<Heard, 'lines' | 'keys'> {
  return {lines: new Set(lines.map(({text}) => text)), keys: new Set(keys)};
}

function moreKeys(keys: readonly string[]): readonly string[] {
  return keys.length === 0 ? [] : [`Keys now also: ${keys.join('; ')}.`];
}

function isNew({text, kind}: SaidLine, {lines}: Heard): boolean {
  return kind !== 'moving' && !lines.has(text);
}

function lineText({text, isChosen}: SaidLine): string {
  return isChosen ? `chosen: ${text}` : text;
}

function dialogNews(before: ConsoleState, now: ConsoleState, fresh: readonly SaidLine[]): readonly string[] {
  const lines = fresh.map(lineText);
  switch (now.dialog?.type) {
    case 'confirm':
      return confirmNews(before, now);
    case 'quit':
    case 'cancel-run':
    case 'accept':
      return lines.filter(line => line.includes('chosen: '));
    default:
      return lines;
  }
}

/** What is typed is echoed; here is what came of it, and what to type next. */
function confirmNews(before: ConsoleState, {dialog}: ConsoleState): readonly string[] {
  if (dialog?.type !== 'confirm' || before.dialog?.type !== 'confirm') return [];
  const {focus} = dialog;
  const mistakes = mistakesOf(dialog);
  if (focus === before.dialog.focus) return mistakes;
  if (focus === 'cancel') return [...mistakes, 'chosen: Cancel, Enter closes this'];
  const field = dialog.fields[focus];
  // Who types already has heard it.
  return field === undefined || field.field.text !== ''
    ? mistakes
    : [...mistakes, `${field.label}: type ${plainText(field.expected)}`];
}

function mistakesOf({fields}: ConfirmDialog): readonly string[] {
  return fields.flatMap(({label, mistake}) =>
    mistake === null ? [] : [`error: ${label}: ${plainText(mistake)}`],
  );
}

function notices(before: ConsoleState, {notice, isLeaving}: ConsoleState): readonly string[] {
  const isNewNotice = notice !== null && notice !== before.notice;
  return [
    ...(isNewNotice ? [`${notice.level === 'error' ? 'error: ' : ''}${plainText(notice.text)}`] : []),
    ...(isLeaving && !before.isLeaving
      ? ['Coming to rest, then leaving. Control+c again leaves at once.']
      : []),
  ];
}

function failedLinks(before: ConsoleState, {setups}: ConsoleState): readonly string[] {
  return setups.flatMap(({name, link}, index) => {
    if (link.state !== 'failed' || before.setups[index]?.link.state === 'failed') return [];
    return [
      `error: ${name}: ${plainText(link.message)}${link.hint === null ? '' : `. ${plainText(link.hint)}`}`,
    ];
  });
}

/** What waits for the operator on a screen that isn't shown. */
function needs(before: ConsoleState, now: ConsoleState): readonly string[] {
  const {name} = shownView(now);
  const shown = chosenSetup(now);
  return now.setups.flatMap((setup, index) => {
    const old = before.setups[index];
    const isShown = name === 'overview' || (name === 'runbook' && setup === shown);
    if (isShown || old === undefined || old.facts === null) return [];
    const waited = new Set(waiting(before, old).map(({id, state}) => `${id} ${state}`));
    return waiting(now, setup)
      .filter(({id, state}) => !waited.has(`${id} ${state}`))
      .map(({id, says}) => `${setup.name} needs you: ${id}: ${plainText(says)}`);
  });
}

function waiting(state: ConsoleState, setup: ConsoleState['setups'][number]) {
  return flowOfSetup(state, setup).steps.filter(
    step => step.state === 'attention' || step.state === 'failed',
  );
}

function progressOf(heard: Heard, now: ConsoleState, isUrgent: boolean): Said {
  const {at, text: said, waitedAt} = heard.progress;
  const isDue = now.now - at >= progressEveryMs;
  const troubles = isDue || isUrgent ? newTroubles(now, heard.troublesAt) : [];
  const troublesAt = isDue || isUrgent ? newestLog(now, heard.troublesAt) : heard.troublesAt;
  const all = isDue ? progressTexts(now) : [];
  if (all.length === 0) return {lines: troubles, heard: {...heard, troublesAt}};
  const text = all.map(each => each.text).join('. ');
  const waits = all.flatMap(({wait}) => (wait === null ? [] : [wait]));
  const saysWait = waits.length > 0 && now.now - waitedAt >= waitEveryMs;
  return {
    lines: [...troubles, ...(text === said ? [] : [text]), ...(saysWait ? waits : [])],
    heard: {
      ...heard,
      troublesAt,
      progress: {at: now.now, text, waitedAt: waits.length === 0 ? 0 : saysWait ? now.now : waitedAt},
    },
  };
}

function newestLog({runs}: ConsoleState, since: number): number {
  return Object.values(runs).reduce((newest, {log}) => Math.max(newest, log.at(-1)?.at ?? 0), since);
}

/** A key that changed nothing is answered all the same. */
function unanswered(state: ConsoleState): string {
  const {dialog} = state;
  const mistakes = dialog?.type === 'confirm' ? mistakesOf(dialog) : [];
  if (mistakes.length > 0) return mistakes.join('. ');
  const screen = saidScreen(state);
  const progress = progressTexts(state).map(({text}) => text);
  return screen.chosen ?? [...progress, 'Nothing new. Control+l says this screen again.'].join('. ');
}
