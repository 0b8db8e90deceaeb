import {type Breach, sampleBound} from '../../core/checks.ts';
import {Fault} from '../../core/failure.ts';
import {number} from '../../core/words.ts';
import type {CheckIo, Invariant} from '../invariant.ts';
import type {AssetIndex} from './asset-index.ts';
import {findBreaches} from './breaches.ts';
import {asText} from './decide.ts';
import {filtered} from './missing.ts';
import {pairs} from './pairs.ts';
import {type Sampled, surveyOf} from './survey.ts';

const shown = 20;
/** Objects that are read again at once; the limiter may allow fewer. */
const rereadsAtOnce = 16;

export function invariants(): readonly Invariant<AssetIndex>[] {
  return [hashFormat, oneRowPerKey, objectsHaveHash, hashMatchesBytes, rowsWithoutObject];
}

const hashFormat: Invariant<AssetIndex> = {
  id: 'hash-format',
  title: 'every hash is 64 lower-case hex digits',
  severity: 'blocking',
  reads: 'target',
  why: 'Clients compare hashes as text: one in another form never matches, and its file is uploaded again every time.',
  recovery:
    'Run asset-index over these keys: a wrong hash is updated. Rows without an object have to be mended by hand.',
  recovers: {as: 'dry-run'},
  measure: ({target, signal}) =>
    findBreaches(
      target,
      {
        breaks: `(content_hash IS NOT NULL AND (length(content_hash) <> 64
                   OR content_hash GLOB '*[^0-9a-f]*' OR typeof(content_hash) <> 'text'))`,
        detail: asText('content_hash'),
        groups: false,
      },
      signal,
    ),
};

const oneRowPerKey: Invariant<AssetIndex> = {
  id: 'one-row-per-key',
  title: 'every row has a key of its own',
  severity: 'blocking',
  reads: 'target',
  why: 'With two rows, or a row without a key, a client may be told either hash.',
  recovery: 'Look at the rows, delete the wrong one, and make the unique index on files.key anew.',
  measure: ({target, signal}) =>
    findBreaches(
      target,
      {
        breaks: "CASE typeof(key) WHEN 'text' THEN count(*) > 1 ELSE count(*) END",
        detail: "count(*) || ' rows'",
        groups: true,
      },
      signal,
    ),
};

const objectsHaveHash: Invariant<AssetIndex> = {
  id: 'objects-have-hash',
  title: 'every listed object has a row with a hash',
  severity: 'blocking',
  reads: 'listing',
  why: 'An object without a hash is uploaded again by every client that has it.',
  recovery:
    'Run asset-index again: it takes up what is missing. headgate failures RUN says why an object failed.',
  recovers: {as: 'dry-run'},
  async measure(io) {
    const {whole, missing} = await surveyOf(io);
    const expected = whole.objects - (whole.missing[filtered] ?? 0);
    return {count: expected - whole.objectsWithHash, sample: missing};
  },
};

const hashMatchesBytes: Invariant<AssetIndex> = {
  id: 'hash-matches-bytes',
  title: 'the hash equals that of the bytes, read again',
  severity: 'blocking',
  reads: 'bytes',
  why: 'A wrong hash makes clients skip an upload that is needed.',
  recovery:
    'Run asset-index over these keys with --fresh: they are read again, and wrong hashes are updated.',
  recovers: {as: 'fresh dry-run'},
  measure: io => (io.sample === null ? rereadAll(io) : rereadSample(io)),
};

const rowsWithoutObject: Invariant<AssetIndex> = {
  id: 'rows-without-object',
  title: 'every row has an object',
  severity: 'warning',
  reads: 'listing',
  why: 'A client may believe that a file is stored which is not.',
  recovery:
    'Look whether the objects were deleted on purpose. If so, delete their rows by hand: Headgate never does, and goes on in spite of them. If not, put the objects back.',
  async measure(io) {
    const {whole, rowsWithoutObject: sample} = await surveyOf(io);
    return {count: whole.rowsWithoutObject, sample};
  },
};

interface Reread {
  readonly wrong: Breach[];
  count: number;
  read: number;
  unread: number;
}

async function rereadSample(io: CheckIo<AssetIndex>) {
  const {sample} = await surveyOf(io);
  const result = await reread(io, sample);
  const clean = result.count === 0 && result.read > 0;
  if (result.read + result.unread === 0) return {count: 0, sample: [], note: 'nothing to measure'};
  const note = `${number(result.read)} read again${clean ? `: fewer than ${sampleBound(result.read).toPrecision(2)} % are wrong, at 95 % confidence` : ''}${unreadNote(result)}`;
  return {count: result.count, sample: result.wrong, note};
}

async function rereadAll(io: CheckIo<AssetIndex>) {
  const result = await reread(io, hashedObjects(io));
  if (result.read + result.unread === 0) return {count: 0, sample: [], note: 'nothing to measure'};
  return {
    count: result.count,
    sample: result.wrong,
    note: `all ${number(result.read)} read again${unreadNote(result)}`,
  };
}

function unreadNote({unread}: Reread): string {
  return unread === 0 ? '' : `; ${number(unread)} could not be read or changed meanwhile`;
}

async function* hashedObjects(io: CheckIo<AssetIndex>): AsyncGenerator<Sampled> {
  for await (const {object, row} of pairs(io))
    if (object !== null && row !== null && row.hash !== null) yield {object, hash: row.hash};
}

async function reread(
  io: CheckIo<AssetIndex>,
  objects: Iterable<Sampled> | AsyncIterable<Sampled>,
): Promise<Reread> {
  const {source} = io;
  const result: Reread = {wrong: [], count: 0, read: 0, unread: 0};
  if (source === null) return result;
  const check = async ({object, hash}: Sampled) => {
    try {
      const actual = await io.limited(source.host, () =>
        source.sha256(object, {signal: io.signal, onBytes: io.onBytes}),
      );
      result.read++;
      if (actual === hash) return;
      result.count++;
      if (result.wrong.length < shown)
        result.wrong.push({key: object.key, detail: `row ${hash}, bytes ${actual}`});
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      result.unread++;
    }
  };
  const running = new Set<Promise<void>>();
  // A task never rejects: while the listing is waited for, nobody would hear of a read that was given up.
  const failures: unknown[] = [];
  try {
    for await (const sampled of objects) {
      const task: Promise<void> = check(sampled)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => running.delete(task));
      running.add(task);
      if (running.size >= rereadsAtOnce) await Promise.race(running);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
  return result;
}
