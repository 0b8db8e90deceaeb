import {createHash} from 'node:crypto';
import type {Statement} from '../core/sql.ts';
import {archive} from './archive.ts';

/**
 * An artifacts table after a year of ingestion without a unique index, and the bucket that it is of: doubles (some fetched
 * at the same time, some at no known time), types that nobody filled, rows without objects and objects without rows, notes
 * that are of no object, orphans, datapoints that would collide once re-pointed, and a table that cascades. The same every
 * time.
 */

const schema: readonly string[] = [
  `CREATE TABLE artifacts (
     artifact_id INTEGER PRIMARY KEY,
     source_type TEXT,
     source_url TEXT,
     content_hash TEXT,
     fetched_at TEXT,
     r2_bucket TEXT,
     r2_key TEXT,
     note TEXT
   )`,
  `CREATE TABLE datapoints (
     datapoint_id INTEGER PRIMARY KEY,
     artifact_id INTEGER,
     metric TEXT NOT NULL,
     value REAL
   )`,
  'CREATE UNIQUE INDEX idx_datapoints_metric ON datapoints (artifact_id, metric)',
  `CREATE TABLE citations (
     citation_id TEXT PRIMARY KEY,
     artifact_id INTEGER NOT NULL REFERENCES artifacts (artifact_id) ON DELETE CASCADE,
     page INTEGER
   )`,
  'CREATE INDEX idx_citations_artifact ON citations (artifact_id)',
  'CREATE TABLE deleted_artifacts (artifact INTEGER, deleted_at TEXT)',
  `CREATE TRIGGER remember_deleted AFTER DELETE ON artifacts BEGIN
     INSERT INTO deleted_artifacts VALUES (OLD.artifact_id, CURRENT_TIMESTAMP);
   END`,
];

/** Objects by folder, with the type that their rows were given; unsorted has no rule. */
const folders = [
  {folder: 'sec/xbrl', suffix: '.xml', objects: 160, type: 'sec_xbrl'},
  {folder: 'sec/companyfacts', suffix: '.json', objects: 60, type: 'sec_companyfacts'},
  {folder: 'sedar', suffix: '.pdf', objects: 80, type: 'sedar'},
  {folder: 'hkex', suffix: '.pdf', objects: 90, type: 'hkex_pdf'},
  {folder: '10k', suffix: '.html', objects: 70, type: 'sec_filing'},
  {folder: 'batch7', suffix: '.html', objects: 50, type: 'sec_filing'},
  {folder: 'unsorted', suffix: '.bin', objects: 12, type: 'unknown'},
] as const;

const awkward = [
  'sec/AT&amp;T annual report.pdf',
  'hkex/年報 2024.pdf',
  'sedar/100 % + more.pdf',
  '8k/🚢 shipping.html',
  '10q/it\'s "quoted".html',
  'readme.pdf',
] as const;

export interface ArtifactObject {
  readonly key: string;
  readonly content: Buffer;
}

interface Row {
  readonly id: number;
  readonly type: string | null;
  readonly url: string | null;
  readonly at: string | null;
  readonly bucket: string | null;
  readonly key: string | null;
  readonly note: string | null;
}

export interface ArtifactsContent {
  readonly objects: readonly ArtifactObject[];
  /** Makes the tables and fills them. */
  readonly statements: readonly Statement[];
}

export function artifactsContent(): ArtifactsContent {
  const rows: Row[] = [];
  const datapoints: (readonly [artifact: number, metric: string])[] = [];
  const objects: string[] = [...awkward];
  let id = 0;
  const add = (key: string | null, row: Partial<Row> = {}): number => {
    const day = new Date(Date.UTC(2025, 0, 1 + (id % 300))).toISOString();
    const url = key === null ? null : `https://filings.example.org/${encodeURI(key)}`;
    rows.push({
      id: ++id,
      type: null,
      url,
      at: day,
      bucket: key === null ? null : archive,
      key,
      note: null,
      ...row,
    });
    return id;
  };
  for (const {folder, suffix, objects: count, type} of folders) {
    for (let number = 0; number < count; number++) {
      const key = `${folder}/${String(number).padStart(4, '0')}${suffix}`;
      const chance = digest(key).readUInt8(0);
      objects.push(key);
      // Every sixteenth has no row yet.
      if (chance % 16 === 0) continue;
      const isUnknown = chance % 5 === 0;
      const first = add(key, {
        type: isUnknown ? 'unknown' : type,
        ...(chance % 40 === 1 ? {url: 'https://filings.example.org/'} : {}),
      });
      datapoints.push([first, 'pages'], [first, 'size']);
      if (chance % 4 !== 1) continue;
      // Doubles: fetched later, at the same time, or at a time that nobody knows.
      const at = [undefined, rows.at(-1)?.at ?? null, null][chance % 3];
      const same = isUnknown ? 'unknown' : type;
      const second = add(key, {type: same, ...(at === undefined ? {} : {at})});
      datapoints.push([second, 'revenue'], [second, `note ${chance}`]);
      if (chance % 8 === 1) datapoints.push([add(key, {type: same}), 'assets']);
    }
  }
  for (const key of awkward.slice(0, 4)) {
    const type = key.startsWith('8k/') ? 'sec_filing' : 'sec';
    datapoints.push([add(key, {type}), 'pages'], [add(key, {type}), 'size']);
  }
  // Two that say the same once they name one artifact, and one whose type only the older row knows.
  for (const key of ['sedar/0001.pdf', 'hkex/0003.pdf'])
    for (const _ of [1, 2]) datapoints.push([add(key, {type: 'sedar'}), 'same metric']);
  add('10k/0002.html', {type: 'sec_filing', at: '2025-01-01T00:00:00.000Z'});
  add('10k/0002.html', {type: null, at: '2026-01-01T00:00:00.000Z'});
  for (const key of ['sec/xbrl/gone-1.xml', 'sec/xbrl/gone-2.xml']) add(key, {type: 'sec_xbrl'});
  for (const note of ['ask the desk', 'ask the desk', 'no file yet']) add(null, {type: 'manual', note});
  const orphans = [id + 1_000, id + 1_001].map(artifact => [artifact, 'lost'] as const);
  return {
    objects: objects.map(key => ({key, content: Buffer.from(`content of ${key}`)})),
    statements: [
      ...schema.map(sql => ({sql, params: []})),
      insertArtifacts(rows),
      insertDatapoints([...datapoints, ...orphans]),
      insertCitations(rows.filter(({id: each}) => each % 7 === 0).map(({id: each}) => each)),
    ],
  };
}

function insertArtifacts(rows: readonly Row[]): Statement {
  return {
    sql: `INSERT INTO artifacts (artifact_id, source_type, source_url, fetched_at, r2_bucket, r2_key, note)
          SELECT value->>'id', value->>'type', value->>'url', value->>'at', value->>'bucket', value->>'key', value->>'note'
          FROM json_each(?)`,
    params: [JSON.stringify(rows)],
  };
}

function insertDatapoints(rows: readonly (readonly [artifact: number, metric: string])[]): Statement {
  return {
    sql: `INSERT INTO datapoints (artifact_id, metric, value)
          SELECT value->>0, value->>1, key / 4.0 FROM json_each(?)`,
    params: [JSON.stringify(rows)],
  };
}

function insertCitations(artifacts: readonly number[]): Statement {
  return {
    sql: "INSERT INTO citations SELECT 'citation-' || value, value, value % 90 FROM json_each(?)",
    params: [JSON.stringify(artifacts)],
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
