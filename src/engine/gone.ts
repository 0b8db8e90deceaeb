import {compareKeys} from '../core/keys.ts';
import type {KnownRange} from './known.ts';
import type {Slot} from './page.ts';
import type {WorkItem} from './work.ts';

/** Listed items and planned ones that are gone, together in key order. */
export function* withGone(
  items: readonly WorkItem[],
  known: KnownRange,
): Generator<{readonly item: WorkItem; readonly gone: boolean}> {
  const listed = new Set(items.map(({key}) => key));
  const gone = [...known.planned.keys()].filter(key => !listed.has(key));
  let next = 0;
  for (const item of items) {
    for (let key = gone[next]; key !== undefined && compareKeys(key, item.key) < 0; key = gone[++next])
      yield {item: goneItem(key), gone: true};
    yield {item, gone: false};
  }
  for (const key of gone.slice(next)) yield {item: goneItem(key), gone: true};
}

function goneItem(key: string): WorkItem {
  return {key, size: 0, fingerprint: null};
}

export function goneSlot(item: WorkItem, known: KnownRange): Slot {
  return {
    item,
    planned: known.planned.get(item.key),
    former: undefined,
    reads: 0,
    result: Promise.resolve({kind: 'gone'}),
  };
}
