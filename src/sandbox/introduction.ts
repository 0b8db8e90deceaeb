import type {SandboxName} from './names.ts';

const told =
  'were made for you to try things on. The guided steps lead from a probe, which only looks, over a dry run, which only decides, to a live run, which writes, and verifies what it wrote.';
const keys = 'enter opens the steps; ? explains the keys of every screen.';

const assets: Readonly<Record<SandboxName, string>> = {
  folder: `Here 2,238 files and an index that knows only some of them ${told} One file can not be read at first. ${keys}`,
  'r2-d1': `Here 2,237 objects in an R2 of this machine, and an index in a D1 that knows only some of them, ${told} One object can not be read at first. ${keys}`,
};

/** The three backfills of artifacts, in the order in which they mend the table. */
const artifacts: Readonly<Record<string, string>> = {
  'artifacts-cleanup':
    'Here a table of artifacts in which many an object has several rows. The clean-up keeps the newest, re-points what named the others, and only then deletes them; three objects it leaves to you, and says why.',
  'artifacts-index':
    'The unique index keeps objects from having several rows again. While one has, its dry run lists what is in the way.',
  'artifacts-inventory':
    'Objects that no row knows of get one, and rows of unknown type the type that their key tells. No prefix narrows it here, so the name of the source is asked for as well.',
};

/** The catalogue of media: what fills it, and the runs beside. */
const media: Readonly<Record<string, string>> = {
  'media-ingest':
    'Here a catalogue that two programs have named rows in, each in its own way. What either of them knows is left as it is; what is new is staged, and published in one transaction: all of it, or nothing.',
  'media-doubles':
    'What both programs have met is in the catalogue twice. This marks the later row of each in a table beside it, and deletes nothing.',
  'media-seen':
    'Rows of what is listed are dated, so that those which are not listed any more stand out. No other column is touched.',
  'media-metadata':
    'Asks for the metadata of each object once, and keeps it in a table beside the catalogue.',
  'media-prune':
    'Rows whose object is gone: three of them. Each object is looked for once more before its row is deleted, and an undo brings the row back as it was.',
};

/** An appview's index of records, and its network. */
const records: Readonly<Record<string, string>> = {
  records:
    'Here a network of forty accounts at five hosts, and the index of an appview that is out of date. One host is dead at first, and what waits for it is set aside; one takes a dozen requests in three seconds; some accounts are gone. Every record is checked by its CID.',
  'records-prune':
    'Rows of records that their repositories have deleted. Each is looked for once more at its host before its row is deleted, and an undo brings the row back as it was.',
};

/** The card of a camera, and where its files go. */
const uploads: Readonly<Record<string, string>> = {
  uploads:
    'Here the card of a camera whose files go to the provider pixverse, for user 7: each content once. Some were uploaded before, some are at another provider and are linked, some are on the card twice or look alike. One upload is refused at first, and is tried again.',
  'uploads-repair':
    'What the provider has is read again, byte by byte: rows without a hash get one, and a hash that is wrong is corrected. Where the name of an object and its bytes disagree, that is told, and nothing is guessed.',
};

/** For who sees a sandbox for the first time. */
export function introductionOf(backfill: string, sandbox: SandboxName): string {
  return uploads[backfill] ?? artifacts[backfill] ?? media[backfill] ?? records[backfill] ?? assets[sandbox];
}
