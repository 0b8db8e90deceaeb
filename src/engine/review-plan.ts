import type {EffectUse} from '../backfills/effects.ts';
import {type Action, type Entry, isChange, noteKind} from '../core/entry.ts';
import {compareKeys} from '../core/keys.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Amount} from './estimate-facts.ts';
import {planDecisions} from './plan-decisions.ts';

/** What a plan's pages say, read once from beginning to end: memory is a page, and what was planned twice. */
export interface PlanFacts {
  readonly pages: number;
  /** What the dry run read. */
  readonly read: Amount;
  /** What a live run has to read again; a failed item's size is not known, and taken to be that of those that were read. */
  readonly unproven: Amount;
  readonly samples: readonly Entry[];
  /** How many decisions have a note of each kind. */
  readonly notes: Readonly<Record<string, number>>;
  /** The first decisions with a note that is to be read, with that note. */
  readonly warned: readonly {readonly key: string; readonly note: string}[];
  /** What changes move outside of the target: files to upload. */
  readonly moved: Amount;
  /** What making them, or taking them back, asks of others than source and target. */
  readonly effects: {readonly requests: number; readonly isLocal: boolean};
}

const kinds = ['insert', 'update', 'delete'] as const;
type Kind = (typeof kinds)[number];
const shown = 5;

export interface PlanReading {
  /** Bytes that making a change moves outside of the target. */
  readonly sizeOf?: (change: unknown) => number;
  readonly useOf?: (change: unknown) => Promise<Pick<EffectUse, 'requests' | 'isLocal'>>;
  /** Kinds of notes that are to be read. */
  readonly warnings?: readonly string[];
}

export async function planFacts(
  ledger: Ledger,
  plan: RunRecord,
  {sizeOf = () => 0, useOf, warnings = []}: PlanReading = {},
): Promise<PlanFacts> {
  const wanted = placesOf(plan);
  const seen: Record<Kind, number> = {insert: 0, update: 0, delete: 0};
  const samples: Entry[] = [];
  const read = {items: 0, bytes: 0};
  const unread = {items: 0, bytes: 0};
  const moved = {items: 0, bytes: 0};
  const effects = {requests: 0, isLocal: true};
  const notes: Record<string, number> = {};
  const warned: {key: string; note: string}[] = [];
  let failed = 0;
  const take = (entry: Entry) => {
    if (entry.bytes > 0) count(read, entry);
    if (entry.action === 'fail') failed++;
    else if (entry.fingerprint === null && entry.action !== 'skip') count(unread, entry);
    for (const note of entry.notes ?? []) {
      const noted = noteKind(note);
      notes[noted] = (notes[noted] ?? 0) + 1;
      if (warnings.includes(noted) && warned.length < shown) warned.push({key: entry.key, note});
    }
    if (isChange(entry)) count(moved, {bytes: sizeOf(entry.change)});
    const kind = kinds.find(known => known === entry.action);
    if (kind !== undefined && wanted[kind].has(seen[kind]++)) samples.push(entry);
  };
  let pages = 0;
  for await (const entries of planDecisions(ledger, plan.id)) {
    pages++;
    for (const entry of entries) take(entry);
    if (useOf === undefined) continue;
    for (const {requests, isLocal} of await Promise.all(
      entries.filter(isChange).map(({change}) => useOf(change)),
    )) {
      effects.requests += requests;
      effects.isLocal &&= isLocal;
    }
  }
  const size = read.items === 0 ? 0 : read.bytes / read.items;
  const unproven = {items: unread.items + failed, bytes: Math.round(unread.bytes + failed * size)};
  return {
    pages,
    read,
    // An undo reads its before-images from the ledger.
    unproven: plan.undoes === null ? unproven : {items: 0, bytes: 0},
    notes,
    warned,
    moved,
    effects,
    samples: samples.sort((a, b) => compareKeys(a.key, b.key)),
  };
}

/** Which of a plan's inserts, updates and deletes are shown: one of each at least, the others by their share, spread evenly. */
function placesOf({tally}: RunRecord): Readonly<Record<Kind, ReadonlySet<number>>> {
  const counts: Record<Kind, number> = {
    insert: tally.inserted,
    update: tally.updated,
    delete: tally.deleted,
  };
  const places: Record<Kind, number> = {insert: 0, update: 0, delete: 0};
  for (let left = shown; left > 0; left--) {
    const open = kinds.filter(kind => places[kind] < counts[kind]);
    // The kind of which the fewest are shown for what it has.
    const [next] = open.toSorted(
      (a, b) => places[a] / counts[a] - places[b] / counts[b] || counts[b] - counts[a],
    );
    if (next === undefined) break;
    places[next]++;
  }
  const spread = (kind: Kind) =>
    new Set(
      Array.from({length: places[kind]}, (_, n) => Math.floor(((n + 0.5) * counts[kind]) / places[kind])),
    );
  return {insert: spread('insert'), update: spread('update'), delete: spread('delete')};
}

function count(amount: {items: number; bytes: number}, {bytes}: Pick<Entry, 'bytes'>): void {
  amount.items++;
  amount.bytes += bytes;
}

/** A plan's decisions by action: what failed, waits or is in conflict is told apart by its open items. */
export async function actionsOf(ledger: Ledger, plan: RunRecord): Promise<Readonly<Record<Action, number>>> {
  const {tally} = plan;
  const conflict = await ledger.openItems.count(plan.id, {outcomes: ['skipped']});
  return {
    insert: tally.inserted,
    update: tally.updated,
    delete: tally.deleted,
    unchanged: tally.unchanged,
    skip: tally.skipped - conflict,
    conflict,
    fail: tally.failed,
    wait: tally.pending,
  };
}
