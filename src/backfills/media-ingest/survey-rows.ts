import {createHash} from 'node:crypto';
import {z} from 'zod';
import type {Breach} from '../../core/checks.ts';
import {printableKey} from '../../core/keys.ts';
import type {Reader} from '../../databases/database.ts';
import type {MediaFacts} from './facts.ts';
import {type Family, families, familyOf} from './identity.ts';
import {type MediaRow, rowsById} from './read-rows.ts';

/** What the checks of the next run compare with: the rows up to an id, as they were. */
export const catalogueMemory = z.object({
  lastId: z.number().nullable(),
  rows: z.number(),
  /** SHA-256 over every column that an ingest writes, in the order of ids. */
  digest: z.string(),
});
export type CatalogueMemory = z.infer<typeof catalogueMemory>;

/** One pass over all rows, from which what is remembered and the checks of rows are read. */
export interface RowsSurvey {
  readonly now: CatalogueMemory;
  /** The same of the rows that were there when the memory was made; null where there is none. */
  readonly old: CatalogueMemory | null;
  readonly memory: CatalogueMemory | null;
  /** Rows whose media_uid does not follow from what they say. */
  readonly unnamed: {readonly count: number; readonly sample: readonly Breach[]};
  /** Rows by family, those that are marked as doubles left out. */
  readonly families: Readonly<Record<Family, number>>;
  readonly samples: Readonly<Record<Family, readonly Breach[]>>;
}

/** What a survey needs of a check's surroundings. */
export interface SurveyIo {
  readonly target: Reader;
  readonly signal: AbortSignal;
  remembered(): Promise<{readonly value: unknown; readonly at: number} | null>;
}

export const shown = 20;
const surveys = new WeakMap<object, Promise<RowsSurvey>>();

/** The survey of one verification; several checks share it. */
export function rowsSurveyOf(io: SurveyIo, facts: MediaFacts): Promise<RowsSurvey> {
  const known = surveys.get(io);
  if (known !== undefined) return known;
  const fresh = survey(io, facts);
  surveys.set(io, fresh);
  return fresh;
}

async function survey(io: SurveyIo, facts: MediaFacts): Promise<RowsSurvey> {
  const kept = catalogueMemory.safeParse((await io.remembered())?.value);
  const memory = kept.success ? kept.data : null;
  const hash = createHash('sha256');
  let old: CatalogueMemory | null = null;
  let lastId: number | null = null;
  let rows = 0;
  const counts: Record<Family, number> = {version: 0, etag: 0, quoted: 0};
  const samples: Record<Family, Breach[]> = {version: [], etag: [], quoted: []};
  const unnamed = {count: 0, sample: [] as Breach[]};
  const soFar = (): CatalogueMemory => ({lastId, rows, digest: hash.copy().digest('hex')});
  for await (const page of rowsById(io.target, facts, io.signal))
    for (const row of page) {
      if (memory !== null && old === null && isBeyond(row, memory)) old = soFar();
      hash.update(digested(row));
      lastId = row.id;
      rows++;
      const family = familyOf(row);
      if (family === null) {
        unnamed.count++;
        if (unnamed.sample.length < shown)
          unnamed.sample.push({key: row.key, detail: `${row.mediaUid}, of file id ${row.fileId ?? 'NULL'}`});
      } else if (!row.isDouble) {
        counts[family]++;
        if (samples[family].length < shown)
          samples[family].push({key: row.key, detail: `${row.mediaUid}, ${printableKey(row.fileId ?? '')}`});
      }
    }
  const now = soFar();
  return {now, old: memory === null ? null : (old ?? now), memory, unnamed, families: counts, samples};
}

export function isBeyond({id}: MediaRow, {lastId}: CatalogueMemory): boolean {
  return lastId === null || id > lastId;
}

/** What a row adds to the digest. */
export function digested({id, mediaUid, key, fileId, size, etag, ingestedAt}: MediaRow): string {
  return `${JSON.stringify([id, mediaUid, key, fileId, size, etag, ingestedAt])}\n`;
}

/** The family that most rows have; null where there are none. */
export function mostUsed(counts: Readonly<Record<Family, number>>): Family | null {
  const most = families.reduce((a, b) => (counts[b] > counts[a] ? b : a));
  return counts[most] === 0 ? null : most;
}
