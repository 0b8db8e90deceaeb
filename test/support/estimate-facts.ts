import type {EstimateFacts, Kinds, Looked} from '../../src/engine/estimate-facts.ts';
import {defaultSettings} from '../../src/engine/settings.ts';

const noKinds: Kinds<number> = {insert: 0, update: 0, delete: 0, unchanged: 0, skip: 0, fail: 0};

/** Items of a sample, by what was decided of them. */
export function looked(found: Partial<Kinds<number>>): Looked {
  const all = {...noKinds, ...found};
  return {looked: Object.values(all).reduce((sum, count) => sum + count, 0), found: all};
}

/** R2 to a D1 with the documented table; 10 ms and 10 kB an object, 20 at once. */
export function factsOf({
  unread,
  unreadItems = unread.looked,
  known = looked({}),
  knownItems = known.looked,
  rows = 0,
  ...rest
}: {
  readonly unread: Looked;
  readonly unreadItems?: number;
  readonly known?: Looked;
  readonly knownItems?: number;
  readonly rows?: number;
} & Partial<EstimateFacts>): EstimateFacts {
  const all = unreadItems + knownItems;
  return {
    source: 'r2',
    target: {
      service: 'd1',
      perSecond: 3,
      probeRequests: 3,
      decided: {pages: 1, seconds: 0.4},
      marks: true,
      provesAtomicity: true,
      costs: {
        rows: {count: rows, isLeast: false},
        written: {insert: 5, update: 3, delete: 1, page: 0},
        read: {decideKnown: 3, decideMissing: 2, insert: 3, update: 5, delete: 6},
        probe: rows,
        passes: {checks: {read: 2, rowsAtOnce: 100_000}, survey: {read: 1, rowsAtOnce: 5_000}},
      },
    },
    listing: {
      all: {items: all, bytes: all * 10_000},
      skipped: 0,
      faulty: 0,
      known: {items: knownItems, bytes: knownItems * 10_000},
      unread: {items: unreadItems, bytes: unreadItems * 10_000},
      unproven: {items: 0, bytes: 0},
      requests: Math.ceil(all / 1_000),
      pages: Math.ceil(all / 1_000),
      seconds: all / 50_000,
    },
    sample: {
      unread,
      known,
      readings: Array.from({length: unread.looked}, () => ({bytes: 10_000, seconds: 0.01})),
      seconds: (unread.looked * 0.01) / 20,
      atOnce: 20,
      bytes: unread.looked * 10_000,
      stated: {items: 0, bytes: 0},
    },
    settings: defaultSettings,
    isOrdered: false,
    isNarrowed: false,
    ...rest,
  };
}
