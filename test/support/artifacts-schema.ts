import {literal} from './target-host.ts';

/**
 * The tables as production has them: datapoints without a foreign key, citations with one that cascades, columns that
 * nobody documented, a trigger that counts, and an index that keeps an artifact from having a metric twice.
 */
export const artifactsSchema = `
  CREATE TABLE artifacts (
    artifact_id INTEGER PRIMARY KEY,
    source_type TEXT,
    source_url TEXT,
    content_hash TEXT,
    fetched_at,
    r2_bucket TEXT,
    r2_key TEXT,
    note,
    "odd ""name" BLOB
  );
  CREATE TABLE datapoints (
    datapoint_id INTEGER PRIMARY KEY,
    artifact_id INTEGER,
    metric TEXT,
    value REAL
  );
  CREATE INDEX idx_datapoints_artifact ON datapoints (artifact_id);
  CREATE UNIQUE INDEX idx_datapoints_metric ON datapoints (artifact_id, metric);
  CREATE TABLE citations (
    citation_id TEXT PRIMARY KEY,
    artifact_id INTEGER NOT NULL REFERENCES artifacts (artifact_id) ON DELETE CASCADE,
    page INTEGER
  );
  CREATE INDEX idx_citations_artifact ON citations (artifact_id);
  CREATE TABLE writes (what TEXT PRIMARY KEY, times INTEGER NOT NULL);
  INSERT INTO writes VALUES ('artifact deleted', 0);
  CREATE TRIGGER count_deletes AFTER DELETE ON artifacts BEGIN
    UPDATE writes SET times = times + 1 WHERE what = 'artifact deleted';
  END;
`;

/** What no live run may do, whatever SQL it sends: the database itself refuses it. */
export const guardTriggers = (named: readonly string[]) => `
  ${named
    .map(
      table => `CREATE TRIGGER guard_${table} BEFORE DELETE ON artifacts
  WHEN EXISTS (SELECT 1 FROM ${table} WHERE artifact_id = OLD.artifact_id)
  BEGIN SELECT RAISE(ABORT, 'guard: the artifact is still named'); END;`,
    )
    .join('\n')}
  CREATE TRIGGER guard_type BEFORE UPDATE OF source_type ON artifacts
  WHEN OLD.source_type IS NOT NULL AND OLD.source_type <> 'unknown' AND NEW.source_type IS NOT OLD.source_type
  BEGIN SELECT RAISE(ABORT, 'guard: the type is known'); END;
`;

export const documentedTables = ['artifacts', 'datapoints', 'citations'] as const;

export interface Artifact {
  readonly id: number;
  readonly type?: string | null;
  readonly at?: string | number | null;
  readonly bucket?: string | null;
  readonly key: string | null;
  readonly note?: unknown;
}

/** What a test does not say of a row is as it mostly is. */
export function insertArtifacts(artifacts: readonly Artifact[]): string {
  const rows = artifacts.map(
    ({id, type = 'sec', at = '2025-01-01', bucket = 'docs', key, note = null}) =>
      `(${[id, type, at, bucket, key, note].map(literal).join(', ')})`,
  );
  return `INSERT INTO artifacts (artifact_id, source_type, fetched_at, r2_bucket, r2_key, note) VALUES ${rows.join(', ')}`;
}
