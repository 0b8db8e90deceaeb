import {type Entry, entryOutcome, isChange} from '../core/entry.ts';
import type {FaultData} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import {isActive} from '../core/run.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import {counted, endsText, modeText} from '../core/words.ts';
import type {Happening, RunHistory} from '../engine/explain.ts';
import {previewText} from '../engine/preview-text.ts';
import type {OpenItem} from '../ledger/open-items.ts';
import type {RunRecord} from '../ledger/records.ts';
import {openRemedy, openWords, withoutKey} from '../runbook/open-words.ts';

/** One run's part in an item's history, as lines for people and as objects for programs. */

type JsonObject = Readonly<Record<string, unknown>> & {readonly type: string};

/** To the second, in UTC. */
export function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export function endsOf({backfill, sourceLabel, targetLabel}: RunRecord): string {
  return `${backfill}: ${endsText(sourceLabel, targetLabel)}`;
}

export function historyLines(history: RunHistory, key: string): readonly string[] {
  const {run, isAtWork, happenings, undoneBy} = history;
  const isDead = !isAtWork && isActive(run.status);
  const label = run.mode === 'dry-run' || run.label === 'rehearsed' ? '' : ` (${run.label})`;
  return [
    `${timeText(run.createdAt)}  ${modeText(run)}${label} ${run.id}, ${run.status}${isDead ? ', but its process is gone' : ''}`,
    ...(run.undoes === null ? [] : [`  undoes ${run.undoes}`]),
    ...happenings.flatMap(happening => happeningLines(happening, history, key)).map(line => `  ${line}`),
    ...planLines(run, happenings).map(line => `  ${line}`),
    ...(undoneBy === null ? [] : [`  undone by ${undoneBy}`]),
  ];
}

function happeningLines(happening: Happening, history: RunHistory, key: string): readonly string[] {
  switch (happening.what) {
    case 'decided':
      return decisionLines(happening.entry, key, changeText(happening));
    case 'written':
      return [`${entryOutcome(happening.entry)}: ${changeText(happening)}`];
    case 'under-way':
      return [...decisionLines(happening.entry, key, changeText(happening)), underWayLine(history)];
    case 'open':
      return openLines(happening.item, key, history.run);
    case 'not-listed':
      return [
        `not reached: its listing failed (${happening.failure.kind}), ${timeText(happening.failure.at)}: ${happening.failure.message}`,
        remedyFor(happening.failure),
      ];
    case 'passed-over':
      return [passedOverLine(history)];
    default:
      return happening satisfies never;
  }
}

/** One item has room for what a list of them has not: a name of an object, a map of providers. */
const longestValue = 200;

function changeText({preview}: {readonly preview: Parameters<typeof previewText>[0] | null}): string {
  return preview === null
    ? '(this version of headgate can not read what)'
    : previewText(preview, longestValue);
}

function decisionLines(entry: Entry, key: string, change: string): readonly string[] {
  const {action, reason = '', notes = [], fault, attempts = 0} = entry;
  switch (action) {
    case 'insert':
    case 'update':
    case 'delete':
      return [`to ${action}: ${change}`, ...notes];
    case 'unchanged':
      return [`unchanged: ${notes.length === 0 ? 'the target had it as it should be' : notes.join('; ')}`];
    case 'skip':
      return [`to skip: ${reason}`];
    case 'conflict':
    case 'wait':
      return [`${action === 'wait' ? 'waits' : action}: ${reason}`];
    case 'fail':
      return fault === undefined ? ['failed'] : faultLines(fault, attempts, key);
    default:
      return action satisfies never;
  }
}

function faultLines({kind, message}: FaultData, attempts: number, key: string): readonly string[] {
  return [
    `failed (${kind}) after ${counted(attempts, 'attempt')}: ${withoutKey(message, key)}`,
    remedyFor({kind, message}),
  ];
}

function openLines(item: OpenItem, key: string, run: RunRecord): readonly string[] {
  const {outcome, kind, message, attempts, at} = item;
  const where = item.key === key ? '' : `the folder ${printableKey(item.key)} above it `;
  const why = kind === null ? '' : ` (${kind}) after ${counted(attempts, 'attempt')}`;
  return [
    `${where}${openWords[outcome]}${why}, ${timeText(at)}: ${withoutKey(message, item.key)}`,
    openRemedy(item, run),
  ];
}

function underWayLine({run, isAtWork}: RunHistory): string {
  if (isAtWork) return 'its page is being written now';
  return `its page was under way when the run stopped: headgate resume ${run.id} settles it`;
}

function passedOverLine({run, isAtWork}: RunHistory): string {
  if (isAtWork) return 'not written so far';
  if (run.status === 'completed' || run.status === 'incomplete')
    return 'not written: when the run came to it, it was gone, or already as planned';
  return `not written: the run is ${run.status}, and may not have come to it`;
}

function planLines({usedBy, status, mode}: RunRecord, happenings: readonly Happening[]): readonly string[] {
  if (usedBy !== null) return [`its plan was taken by ${usedBy}`];
  const last = happenings.at(-1);
  const isPlan = mode === 'dry-run' && (status === 'completed' || status === 'incomplete');
  return isPlan && last?.what === 'decided' && isChange(last.entry) ? ['its plan was not executed'] : [];
}

export function historyObjects(
  {run, isAtWork, happenings, undoneBy}: RunHistory,
  key: string,
): readonly JsonObject[] {
  return happenings.map(happening => ({
    type: 'history',
    key,
    run: run.id,
    at: run.createdAt,
    mode: run.mode,
    status: run.status,
    atWork: isAtWork,
    label: run.label,
    backfill: run.backfill,
    source: run.sourceLabel,
    target: run.targetLabel,
    rehearsedBy: run.rehearsedBy,
    usedBy: run.usedBy,
    undoes: run.undoes,
    undoneBy,
    ...happeningObject(happening, key, run),
  }));
}

function happeningObject(
  happening: Happening,
  key: string,
  run: RunRecord,
): Readonly<Record<string, unknown>> {
  switch (happening.what) {
    case 'decided':
    case 'written':
    case 'under-way': {
      const {action, fingerprint, reason, notes, fault, attempts} = happening.entry;
      return {
        what: happening.what,
        action,
        ...(happening.what === 'written' ? {outcome: entryOutcome(happening.entry)} : {}),
        ...happening.preview,
        ...(reason === undefined ? {} : {reason}),
        ...(notes === undefined ? {} : {notes}),
        ...(fault === undefined ? {} : {...fault, attempts, remedy: remedyFor(fault)}),
        fingerprint,
      };
    }
    case 'open': {
      const {key: failed, outcome, kind, message, attempts, at} = happening.item;
      const folder = failed === key ? {} : {folder: failed};
      return {
        what: 'open',
        ...folder,
        outcome,
        kind,
        message,
        attempts,
        remedy: openRemedy(happening.item, run),
        at,
      };
    }
    case 'not-listed': {
      const {partition, kind, message, at} = happening.failure;
      return {what: 'not-listed', partition, kind, message, remedy: remedyFor(happening.failure), at};
    }
    case 'passed-over':
      return {what: 'passed-over'};
    default:
      return happening satisfies never;
  }
}
