import type {Effects} from '../backfills/effects.ts';
import type {AnyBackfill} from '../backfills/registry.ts';
import type {Io, Shape} from '../backfills/shape.ts';
import {type Entry, isChange} from '../core/entry.ts';
import {compareKeys, printableKey} from '../core/keys.ts';
import type {Probe} from '../core/probe.ts';
import type {UploadRecord} from '../core/uploads.ts';
import type {Ledger} from '../ledger/ledger.ts';
import {endingsOf, parseChanges, rowsOf, signatureOf} from './forward.ts';
import {openItems} from './open-list.ts';
import type {Work, WorkItem} from './work.ts';

export interface UndoOptions {
  readonly backfill: AnyBackfill;
  readonly io: Io<Shape>;
  readonly probe: Probe<unknown>;
  readonly ledger: Ledger;
  readonly run: string;
  /** The run that is undone. */
  readonly undoes: string;
}

/**
 * The before-images of a run as the work of another: each partition's pages again, in key order, put back row by row;
 * on a retry, those of the undo's own open items.
 */
export function undoWork({backfill, io, probe, ledger, run, undoes}: UndoOptions): Work {
  const {effects} = backfill;
  return {
    async *partitions() {
      for (const [partition] of await ledger.pages.partitionsWith(undoes, 'image'))
        yield {id: `undo-${partition}`, kind: 'images', lo: '', hi: null, of: partition};
    },
    async *list({kind, of}, range) {
      if (kind === 'open') {
        yield* openItems(ledger, run, of, range, imageOf);
        return;
      }
      for await (const {entries} of ledger.pages.all(undoes, 'image', of ?? undefined)) {
        const items: readonly WorkItem[] = entries.map(({key, change}) => ({
          key,
          size: 0,
          rowBytes: JSON.stringify(change).length,
          fingerprint: null,
          change,
        }));
        yield items.filter(({key}) => compareKeys(key, range.lo) > 0);
      }
    },
    middle: async () => null,
    host: () => 'ledger',
    inspect: async item => ({item, found: null, bytes: 0}),
    decide: page =>
      backfill.decideUndo(
        parseChanges(
          backfill,
          page.map(({item}) => item.change),
        ),
        io,
        probe,
      ),
    repositories: null,
    publication: null,
    applied: null,
    standing: null,
    ...endingsOf(backfill, io, probe),
    uploads: effects === undefined ? null : entries => ({keep: [], forget: recordsOf(entries, effects)}),
    keeps: null,
    sizeOf: () => 0,
    keptSizeOf: () => 0,
    rowsOf: change => rowsOf(backfill, change),
    commit: changes => backfill.undo(parseChanges(backfill, changes), probe),
    readBack: async changes => {
      const decisions = await backfill.decideUndo(parseChanges(backfill, changes), io, probe);
      return decisions.map(({action}) => action === 'unchanged');
    },
    signature: entry => signatureOf(backfill, entry),
    leavesChanged: false,
    pagesAhead: 1,
    inspects: false,
    keepsFingerprints: false,
    parseFound: found => found,
  };

  function recordsOf(entries: readonly Entry[], {record}: Effects<Shape>): readonly UploadRecord[] {
    return entries.filter(isChange).flatMap(({change}) => record(backfill.change.parse(change), io) ?? []);
  }

  async function imageOf(key: string): Promise<WorkItem> {
    const image = await ledger.pages.entry(undoes, 'image', key);
    if (image === null) throw new Error(`${printableKey(key)} has no before-image in run ${undoes}`);
    return {key, size: 0, fingerprint: null, change: image.change};
  }
}
