import type {Outcome} from '../core/accounting.ts';
import {waiting} from '../core/drift.ts';
import {type Entry, entryOutcome, isChange, isOpen} from '../core/entry.ts';
import type {Fault} from '../core/failure.ts';
import type {SettledGroup} from '../ledger/reached.ts';
import type {Counted} from './mark-statements.ts';
import {goneReason, type Slot} from './page.ts';
import type {Committed} from './page-group.ts';
import type {RepositoriesWork, Work} from './work.ts';

/** What becomes of a page's entries when the database has spoken, as pure functions over them. */

/** What items counted as before a retry took them up again. */
export type Formers = ReadonlyMap<string, Outcome | 'pending'>;

export function formersOf(slots: readonly Slot[]): Formers {
  return new Map(slots.flatMap(({item, former}) => (former === undefined ? [] : [[item.key, former]])));
}

/**
 * Which of a page's changes were made, and how, from what the database says. Where somebody else has made what another
 * was to make, it stands as it should; the others are conflicts, left for a retry.
 */
export async function confirm(
  work: Work,
  entries: readonly Entry[],
  {touched, rows}: Committed,
): Promise<readonly Entry[]> {
  const changes = entries.filter(isChange);
  if (touched === null && rows === changes.reduce((sum, {change}) => sum + work.rowsOf(change), 0))
    return entries;
  const made =
    touched === null
      ? new Map(
          (await work.readBack(changes.map(({change}) => change))).flatMap((is, index) =>
            is ? [[changes[index]?.key, null]] : [],
          ),
        )
      : touched;
  // A change of several rows makes some of them one way and some another: only where it is one does that say what it was.
  const otherwise = ({key, action, change}: Entry) =>
    isMadeAs(action, made.get(key)) || work.rowsOf(change) > 1 ? null : actionOf(made.get(key));
  if (changes.every(entry => made.has(entry.key) && otherwise(entry) === null)) return entries;
  const others = changes.filter(({key}) => !made.has(key));
  const stand = (await work.standing?.(others.map(({change}) => change))) ?? [];
  const standing = new Set(others.filter((_, index) => stand[index] === true).map(({key}) => key));
  const lost = new Set(others.map(({key}) => key).filter(key => !standing.has(key)));
  return withOvertaken(entries, lost).map(entry => {
    if (!isChange(entry)) return entry;
    if (made.has(entry.key)) return {...entry, action: otherwise(entry) ?? entry.action};
    return standing.has(entry.key) ? madeMeanwhile(entry) : overtaken(entry);
  });
}

/** What stands or falls with changes that somebody else was faster than, by their keys. */
export function withOvertaken(entries: readonly Entry[], keys: ReadonlySet<string>): readonly Entry[] {
  if (keys.size === 0) return entries;
  return entries.map(entry =>
    !isChange(entry) && entry.sameAs !== undefined && keys.has(entry.sameAs) ? overtaken(entry) : entry,
  );
}

const actionsBy = {inserted: 'insert', updated: 'update', deleted: 'delete'} as const satisfies Record<
  Counted,
  Entry['action']
>;

/** Null where nobody knows. */
function actionOf(how: Counted | null | undefined): Entry['action'] | null {
  return how == null ? null : actionsBy[how];
}

/** A row that was to be inserted may have been there by then, and was updated. */
function isMadeAs(action: Entry['action'], how: Counted | null | undefined): boolean {
  const made = actionOf(how);
  return made === null || made === action;
}

function madeMeanwhile({key, bytes, fingerprint, found}: Entry): Entry {
  return {
    key,
    bytes,
    fingerprint,
    found,
    action: 'unchanged',
    notes: ['recorded meanwhile: by somebody else'],
  };
}

function overtaken({key, bytes, fingerprint, found, sameAs}: Entry): Entry {
  return {
    key,
    bytes,
    fingerprint,
    found,
    ...(sameAs === undefined ? {} : {sameAs}),
    action: 'conflict',
    reason: 'its row was changed by somebody else between decision and write',
  };
}

/** The one change of these entries, and what stands or falls with it. */
export function refused(entries: readonly Entry[], fault: Fault): readonly Entry[] {
  const faults = new Map(entries.filter(isChange).map(({key}) => [key, fault]));
  return withRefused(
    entries.map(entry => (isChange(entry) ? failed(entry, fault) : entry)),
    faults,
  );
}

/** What stands or falls with changes that were refused, by their keys. */
export function withRefused(entries: readonly Entry[], faults: ReadonlyMap<string, Fault>): readonly Entry[] {
  if (faults.size === 0) return entries;
  return entries.map(entry => {
    const fault = entry.sameAs === undefined ? undefined : faults.get(entry.sameAs);
    return fault === undefined ? entry : failed(entry, fault);
  });
}

/** Its change, and whose it stands or falls with, stay with it: by that it is known that it was decided, and whose failure it is. */
export function failed(
  {key, bytes, found, change, sameAs}: Entry,
  {kind, message}: Fault,
  attempts = 1,
): Entry {
  return {
    key,
    bytes,
    fingerprint: null,
    ...(found === undefined ? {} : {found}),
    ...(change === undefined ? {} : {change}),
    ...(sameAs === undefined ? {} : {sameAs}),
    action: 'fail',
    fault: {kind, message},
    attempts,
  };
}

/** As an entry was decided: what became of it, or of what it stands or falls with, when it was to be made is no decision. */
export function asDecided(entry: Entry, planned: Entry | undefined): Entry {
  if (!isOpen(entry)) return entry;
  if (entry.sameAs !== undefined) return {...entry, action: 'unchanged'};
  return entry.change === undefined ? entry : {...entry, action: planned?.action ?? entry.action};
}

/** As many changes in one as in the other. */
export function halvesOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const places = entries.flatMap((entry, index) => (isChange(entry) ? [index] : []));
  const middle = places[Math.floor(places.length / 2)] ?? entries.length;
  return [entries.slice(0, middle), entries.slice(middle)];
}

/** Of changes that are kept in one page: half a gigabyte is no text any more. */
const mostBytes = 16 * 1024 * 1024;

/** Pages are cut by what they read. What their changes replace is known only now, and may be much more. */
export function partsOf(
  entries: readonly Entry[],
  sizeOf: (change: unknown) => number,
): readonly (readonly Entry[])[] {
  const changes = entries.filter(isChange);
  const bytes = changes.reduce((sum, {change}) => sum + sizeOf(change), 0);
  if (bytes <= mostBytes || changes.length < 2) return [entries];
  return halvesOf(entries).flatMap(half => partsOf(half, sizeOf));
}

export function isGone({action, reason}: Entry): boolean {
  return action === 'skip' && reason === goneReason;
}

export function stillWaiting(entry: Entry, slot: Slot | undefined, acceptNew: boolean): Entry {
  return acceptNew || slot?.former !== 'pending' ? entry : waiting(entry);
}

/** Items by group: those that are settled now, and those that stand in the target as they should. */
export function groupsOf(
  entries: readonly Entry[],
  formers: Formers,
  {groupOf}: Pick<RepositoriesWork, 'groupOf'>,
): readonly SettledGroup[] {
  const groups = new Map<string, {settled: number; done: number}>();
  for (const entry of entries) {
    const group = groupOf(entry.key);
    const sum = groups.get(group) ?? {settled: 0, done: 0};
    groups.set(group, sum);
    const former = formers.get(entry.key);
    if (former === undefined) sum.settled++;
    if (isThere(entryOutcome(entry))) sum.done++;
    if (former !== undefined && isThere(former)) sum.done--;
  }
  return [...groups].map(([group, sum]) => ({group, ...sum}));
}

function isThere(outcome: Outcome | 'pending'): boolean {
  return outcome === 'inserted' || outcome === 'updated' || outcome === 'unchanged';
}
