import type {RecordContent, RecordWrite} from './real-account.ts';

/** No lexicon of these is published, so a PDS takes any content. */
export const worldCollections = ['app.example.link', 'app.example.note', 'app.example.play'] as const;
type WorldCollection = (typeof worldCollections)[number];

/** So many new records of one collection; their keys ascend with their numbers. */
export function manyRecords(collection: WorldCollection, count: number): readonly RecordWrite[] {
  return Array.from({length: count}, (_, number) =>
    record(collection, keyOf(number), {
      title: `Number ${number}`,
      createdAt: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
    }),
  );
}

/** Of the thirteen characters that a TID has. */
export function keyOf(number: number): string {
  return `3k${String(number).padStart(11, '0')}`;
}

export function record(collection: WorldCollection, rkey: string, content: RecordContent): RecordWrite {
  return {action: 'create', collection, rkey, value: {$type: collection, ...content}};
}

/** Contents that a JSON text, a Postgres or a client of the network may spoil, each under a key that says which. */
export const awkwardContents: Readonly<Record<string, RecordContent>> = {
  emoji: {text: '🚢 👩‍👩‍👧‍👦 \u{10ffff}'},
  composed: {text: '\u00e9'},
  decomposed: {text: 'e\u0301'},
  'right-to-left': {text: 'שלום עולם'},
  quotes: {text: `"'\\ \u2028 %s \${} '; DROP TABLE records; --`},
  control: {text: '\u0001\t\r\n\u001f\u007f'},
  integers: {most: Number.MAX_SAFE_INTEGER, least: Number.MIN_SAFE_INTEGER, none: null},
  empty: {'': '', object: {}, array: [], deep: [[[{}]]]},
  links: {
    bytes: {$bytes: 'AAEC/w'},
    link: {$link: 'bafyreihg56p6tov4m2djuu6d5gnlimv4ses4c4k74725lnbzzpkdfqa2he'},
  },
  long: {text: 'x'.repeat(100_000)},
};

/** A PDS takes them, and no text of Postgres does. */
export const unstorableContents: Readonly<Record<string, RecordContent>> = {
  'nul-in-text': {text: 'before\u0000after'},
  'nul-in-name': {'before\u0000after': 1},
};

/** Every shape that a record key may have; a host lists them in the order of their bytes. */
export const awkwardKeys = ['-', '1', 'A', 'A:b~_-.9', '_', 'a', 'z'.repeat(512), '~'] as const;
