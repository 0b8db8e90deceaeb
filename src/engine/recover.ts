import type {Outcome} from '../core/accounting.ts';
import {isChange} from '../core/entry.ts';
import type {Reader} from '../databases/database.ts';
import type {StoredPage} from '../ledger/pages.ts';
import type {PartitionRecord} from '../ledger/records.ts';
import type {RunContext} from './context.ts';
import {type Mark, readMarks} from './mark.ts';
import {markedRows} from './page-group.ts';
import {Settler} from './settler.ts';

/**
 * Settles what a crash left between intent and checkpoint. The run's fence has been raised before, so nothing late can
 * still land. A page happened if and only if its mark stands at it; where the marks are gone or older than what the
 * ledger saw committed (somebody restored the database), the rows themselves are read back, which is said.
 */
export async function settleIntents(context: RunContext, target: Reader, usesMarks: boolean): Promise<void> {
  const intents = await context.ledger.pages.intents(context.run);
  if (intents.length === 0) return;
  const marks = usesMarks ? await readMarks(target, context.run) : null;
  const partitions = new Map(
    (
      await context.ledger.partitions.among(
        context.run,
        intents.map(({partition}) => partition),
      )
    ).map(partition => [partition.id, partition]),
  );
  for (const intent of intents) {
    const partition = partitions.get(intent.partition);
    if (partition !== undefined) await settleIntent(context, partition, intent, marks);
  }
}

async function settleIntent(
  context: RunContext,
  partition: PartitionRecord,
  intent: StoredPage,
  marks: ReadonlyMap<string, Mark> | null,
): Promise<void> {
  const mark = marks?.get(partition.id);
  // Without a mark no page of the partition was committed yet, or the marks went after it was: the rows know which.
  const isTrusted = mark !== undefined && mark.page >= partition.markedPage;
  const rows = isTrusted ? rowsOf(mark, intent) : await readBackRows(context, intent);
  if (!isTrusted && (rows !== null || marks === null || partition.markedPage > 0))
    context.emit({
      type: 'note',
      level: 'warning',
      message: `page ${intent.page} of ${partition.id}: there is no mark to trust (off, gone or restored), so its rows were read back`,
    });
  if (rows === null) await context.ledger.pages.dropIntents(context.run, partition.id);
  else
    await new Settler(context, partition).adopt(
      intent.page,
      intent.entries,
      rows,
      await formersOf(context, partition, intent),
    );
}

/** What the mark counted, or null where the page did not happen: it is done again. */
function rowsOf(mark: Mark, {page}: StoredPage): number | null {
  return mark.page >= page ? markedRows(mark) : null;
}

/** How many of the page's changes the target shows; null where it shows none, and the page is done again. */
async function readBackRows({work}: RunContext, {entries}: StoredPage): Promise<number | null> {
  const made = await work.readBack(entries.filter(isChange).map(({change}) => change));
  const rows = made.filter(Boolean).length;
  return rows === 0 ? null : rows;
}

async function formersOf(
  {ledger, run}: RunContext,
  {kind}: PartitionRecord,
  {entries}: StoredPage,
): Promise<ReadonlyMap<string, Outcome | 'pending'>> {
  if (kind !== 'open') return new Map();
  const open = await ledger.openItems.among(
    run,
    entries.map(({key}) => key),
  );
  return new Map([...open].map(([key, {outcome}]) => [key, outcome]));
}
