import {isChange, isOpen} from '../core/entry.ts';
import {printableKey} from '../core/keys.ts';
import {counted} from '../core/words.ts';
import type {RunHistory} from '../engine/explain.ts';
import type {RunRecord} from '../ledger/records.ts';
import {nextSteps} from '../runbook/next-steps.ts';
import {endsOf, historyLines, historyObjects, timeText} from './history-lines.ts';
import type {Session} from './session.ts';

/** So many dry runs in a row that found the item unchanged are one line. */
const quietRuns = 3;

/** An item's runs, oldest first, and what can be done where the last of them left something to do. */
export function showHistory(session: Session, key: string, runs: readonly RunHistory[]): void {
  let lines = [printableKey(key)];
  let ends = '';
  for (const stretch of stretches(runs)) {
    const [first] = stretch;
    if (first === undefined) continue;
    if (endsOf(first.run) !== ends) lines.push(endsOf(first.run));
    ends = endsOf(first.run);
    lines.push(
      ...(stretch.length < quietRuns
        ? stretch.flatMap(history => historyLines(history, key))
        : [quietLine(stretch)]),
    );
    for (const object of stretch.flatMap(history => historyObjects(history, key))) {
      session.report.data(object, lines);
      lines = [];
    }
  }
  const last = runs.at(-1);
  if (last === undefined || !needsDoing(last)) return;
  for (const {why, words} of nextSteps(last.run))
    if (!isWayBack(last.run, words)) session.report.next(why, words);
}

/** Undoing a live run is no answer to what it left to do. */
function isWayBack({mode}: RunRecord, words: readonly string[]): boolean {
  return mode === 'live' && words.includes('undo');
}

/** Dry runs in a row, between the same ends, that found the item unchanged; every other run is alone. */
function stretches(runs: readonly RunHistory[]): readonly (readonly RunHistory[])[] {
  const parted: RunHistory[][] = [];
  for (const history of runs) {
    const stretch = parted.at(-1);
    const before = stretch?.at(-1);
    const goesOn =
      before !== undefined &&
      isQuiet(before) &&
      isQuiet(history) &&
      endsOf(before.run) === endsOf(history.run);
    if (stretch !== undefined && goesOn) stretch.push(history);
    else parted.push([history]);
  }
  return parted;
}

function isQuiet({happenings}: RunHistory): boolean {
  return happenings.every(
    happening => happening.what === 'decided' && happening.entry.action === 'unchanged',
  );
}

function quietLine(stretch: readonly RunHistory[]): string {
  const [from = 0, to = 0] = [stretch[0]?.run.createdAt, stretch.at(-1)?.run.createdAt];
  return `${timeText(from)}  to ${timeText(to)}: ${counted(stretch.length, 'dry run')} found it unchanged`;
}

/** Of the last run: something of the item is left to do, and nobody is at it. */
function needsDoing({run, isAtWork, happenings}: RunHistory): boolean {
  const last = happenings.at(-1);
  if (isAtWork || last === undefined) return false;
  switch (last.what) {
    case 'decided':
      return isOpen(last.entry) || isChange(last.entry);
    case 'written':
      return false;
    case 'under-way':
    case 'open':
    case 'not-listed':
      return true;
    case 'passed-over':
      return run.status !== 'completed' && run.status !== 'incomplete';
    default:
      return last satisfies never;
  }
}
