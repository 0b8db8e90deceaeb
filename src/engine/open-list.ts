import type {KeyRange} from '../core/keys.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {WorkItem} from './work.ts';

const openItemsAtOnce = 500;

/** A run's open items beyond a key, each as `lookup` finds it now; `kind` narrows a retry to one cause. */
export async function* openItems(
  ledger: Ledger,
  run: string,
  kind: string | null,
  range: KeyRange,
  lookup: (key: string) => Promise<WorkItem>,
): AsyncGenerator<readonly WorkItem[]> {
  let after = range.lo;
  for (;;) {
    const page = await ledger.openItems.after(run, after, openItemsAtOnce);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.key;
    const wanted = page.filter(item => kind === null || item.kind === kind);
    yield await Promise.all(wanted.map(({key}) => lookup(key)));
  }
}
