import {z} from 'zod';
import type {Preview} from '../backfills/backfill.ts';
import {backfills} from '../backfills/registry.ts';
import {type Entry, isChange} from '../core/entry.ts';
import {isActive} from '../core/run.ts';
import type {OpenItem, PartitionFailure} from '../ledger/open-items.ts';
import type {Mention} from '../ledger/pages.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {EngineHost} from './engine-host.ts';
import {previewOf} from './preview-of.ts';

/**
 * One item's history, from the ledger alone: every run that decided on it, wrote it, left it open or broke off before
 * it. What a live run passed over without changing it is not kept item by item: it is known from the plan only.
 */
export interface RunHistory {
  readonly run: RunRecord;
  /** Its process is alive, as far as can be told from here. */
  readonly isAtWork: boolean;
  readonly happenings: readonly Happening[];
  /** The run that took back what this one wrote of the item. */
  readonly undoneBy: string | null;
}

export type Happening =
  /** A dry run's decision. */
  | {readonly what: 'decided'; readonly entry: Entry; readonly preview: Preview | null}
  | {readonly what: 'written'; readonly entry: Entry; readonly preview: Preview | null}
  /** About to be written when the run last gave a sign of life: whether it was is not settled yet. */
  | {readonly what: 'under-way'; readonly entry: Entry; readonly preview: Preview | null}
  /** Left open: the item itself, or a folder above it that could not be listed. */
  | {readonly what: 'open'; readonly item: OpenItem}
  /** A listing that broke off before it came to the key. */
  | {readonly what: 'not-listed'; readonly failure: PartitionFailure}
  /** A plan with a change of the item was executed, and nothing of it is on record. */
  | {readonly what: 'passed-over'};

export interface History {
  /** The key that was found: what was asked for, or what a terminal showed in its place. */
  readonly key: string;
  /** False where no run has met the item itself: at most, something stood in the way. */
  readonly isMet: boolean;
  /** Oldest first. */
  readonly runs: readonly RunHistory[];
}

type LedgerHost = Pick<EngineHost, 'ledger' | 'self'>;

/** What is on record of a key, of the key that printableKey shows so, or of an item that is asked for by something else. */
export async function historyOf(host: LedgerHost, asked: string, backfill: string | null): Promise<History> {
  const literal = await storyOf(host, asked, backfill);
  if (literal.isMet) return literal;
  for (const {key, of} of otherwise(asked, backfill)) {
    const story = await storyOf(host, key, of);
    if (story.isMet) return story;
  }
  return literal;
}

function otherwise(asked: string, backfill: string | null) {
  const others = backfills.filter(({id}) => backfill === null || id === backfill);
  return [
    {key: asCopied(asked), of: backfill},
    ...others.map(other => ({key: other.asked?.keyOf(asked) ?? asked, of: other.id})),
  ].filter(({key}) => key !== asked);
}

async function storyOf(host: LedgerHost, key: string, backfill: string | null): Promise<History> {
  const runs = await collect(host, key, backfill);
  const isMet = runs.some(({happenings}) => happenings.some(happening => isOfItem(happening, key)));
  return {key, isMet, runs};
}

function isOfItem(happening: Happening, key: string): boolean {
  return happening.what === 'open' ? happening.item.key === key : happening.what !== 'not-listed';
}

async function collect(
  {ledger, self}: LedgerHost,
  key: string,
  backfill: string | null,
): Promise<readonly RunHistory[]> {
  const mentions: Mention[] = [];
  for await (const mention of ledger.pages.mentions(key)) mentions.push(mention);
  const open = await ledger.openItems.inAnyRun([key, ...foldersOf(key)]);
  const failures = await ledger.openItems.endedBefore(key);
  const known = await ledger.runs.among([...mentions, ...open, ...failures].map(({run}) => run));
  const executing = await ledger.runs.among(known.flatMap(({usedBy}) => (usedBy === null ? [] : [usedBy])));
  const all = new Map([...known, ...executing].map(run => [run.id, run]));
  const histories = [...all.values()]
    .filter(run => backfill === null || run.backfill === backfill)
    .sort((a, b) => a.createdAt - b.createdAt)
    .map(run => ({
      run,
      happenings: happeningsOf(
        run,
        mentions.filter(mention => mention.run === run.id),
        open.filter(other => other.run === run.id).map(({item}) => item),
        failures
          .filter(other => other.run === run.id && key.startsWith(prefixOf(run)))
          .map(({failure}) => failure),
      ),
    }));
  return histories
    .map(({run, happenings}) => ({
      run,
      isAtWork: isActive(run.status) && run.holder !== null && self.isAlive(run.holder),
      happenings: happenings.length > 0 ? happenings : passedOver(run, histories),
      undoneBy: undoOf(run, histories),
    }))
    .filter(({happenings}) => happenings.length > 0);
}

type Sketch = Pick<RunHistory, 'run' | 'happenings'>;

function happeningsOf(
  run: RunRecord,
  mentions: readonly Mention[],
  open: readonly OpenItem[],
  failures: readonly PartitionFailure[],
): readonly Happening[] {
  const inPages = mentions.map(({kind, entry}): Happening => {
    const preview = previewOf(run, entry);
    switch (kind) {
      case 'plan':
        return {what: 'decided', entry, preview};
      case 'image':
        return {what: 'written', entry, preview};
      case 'intent':
      case 'staged':
        return {what: 'under-way', entry, preview};
      default:
        return kind satisfies never;
    }
  });
  // What a dry run leaves open is in its plan as well.
  const isPlanned = mentions.some(({kind}) => kind === 'plan');
  const leftOpen = isPlanned ? [] : open.map((item): Happening => ({what: 'open', item}));
  const said = [...leftOpen, ...inPages];
  return said.length > 0 ? said : failures.map(failure => ({what: 'not-listed', failure}));
}

const prefixed = z.looseObject({prefix: z.string()});

/** Without one, a run's scope holds every key. */
function prefixOf({scope}: RunRecord): string {
  const parsed = prefixed.safeParse(scope);
  return parsed.success ? parsed.data.prefix : '';
}

/** Of a live run without a word on the item, whose plan was to change it. */
function passedOver(run: RunRecord, histories: readonly Sketch[]): readonly Happening[] {
  const plan = histories.find(other => other.run.id === run.rehearsedBy);
  const last = plan?.happenings.findLast(({what}) => what === 'decided');
  return last?.what === 'decided' && isChange(last.entry) ? [{what: 'passed-over'}] : [];
}

function undoOf({id}: RunRecord, histories: readonly Sketch[]): string | null {
  const undo = histories.find(
    ({run, happenings}) =>
      run.undoes === id && run.mode === 'undo' && happenings.some(({what}) => what === 'written'),
  );
  return undo?.run.id ?? null;
}

/** `a/`, `a/b/` of `a/b/c`: a folder that can't be listed stands for what is in it. */
function foldersOf(key: string): readonly string[] {
  return [...key.matchAll(/\//g)].map(({index}) => key.slice(0, index + 1)).filter(folder => folder !== key);
}

/** Control characters as a terminal shows them, turned back into themselves. */
function asCopied(key: string): string {
  return key.replace(/\\x([01][\da-f]|7f|[89][\da-f])/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
