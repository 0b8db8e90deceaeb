/** So many rows of artifacts, and which indexes lead to them. */
export interface ArtifactsCorpus {
  /** A multiple of 40. */
  readonly artifacts: number;
  readonly hasKeyIndex: boolean;
  readonly hasDatapointIndex: boolean;
}

/** What a corpus comes to. */
export interface ArtifactsCounts {
  readonly artifacts: number;
  readonly datapoints: number;
  /** That have rows. */
  readonly objects: number;
  /** Objects with several rows. */
  readonly groups: number;
  /** Rows beyond the first of their object. */
  readonly doubles: number;
  /** Objects that a listing gives, of which a fifth has no row. */
  readonly listed: number;
}

const datapointsOfEach = 5;
/** Classified by the default rules, in the order of their bytes. */
const folders = ['batch1', 'hkex', 'sec/xbrl', 'sedar'] as const;
export const bucket = 'documents';

export function countsOf({artifacts}: Pick<ArtifactsCorpus, 'artifacts'>): ArtifactsCounts {
  const doubles = artifacts / 5;
  return {
    artifacts,
    datapoints: artifacts * datapointsOfEach,
    objects: artifacts - doubles,
    groups: (doubles * 7) / 8,
    doubles,
    listed: artifacts,
  };
}

/** Of an object that is listed. Its number is in the order of its bytes; every fifth has no row. */
export function objectKey(number: number, {listed}: ArtifactsCounts): string {
  const folder = folders[Math.floor((number * folders.length) / listed)] ?? folders[0];
  return `${folder}/${String(number).padStart(9, '0')}.pdf`;
}

/** The same in SQL. */
function keySql(number: string, {listed}: ArtifactsCounts): string {
  const cases = folders.map((folder, at) => `WHEN ${at} THEN '${folder}'`);
  return `CASE ${number} * ${folders.length} / ${listed} ${cases.join(' ')} END || printf('/%09d.pdf', ${number})`;
}

/**
 * Tables as production has them, and rows that are the same every time. The first row of each object came in the order
 * of their keys, and the doubles after all of them: a second ingestion of every fourth object, and a third of some.
 * Every tenth object is of unknown type in all of its rows; each row is named by five datapoints.
 */
export function corpusSql({hasKeyIndex, hasDatapointIndex, ...corpus}: ArtifactsCorpus): readonly string[] {
  const counts = countsOf(corpus);
  const {artifacts, datapoints, objects, groups} = counts;
  const numbers = (below: number) => `WITH RECURSIVE numbers (n) AS (
    SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${below - 1}
  )`;
  const double = `(n - ${objects})`;
  return [
    `CREATE TABLE artifacts (
       artifact_id INTEGER PRIMARY KEY,
       source_type TEXT,
       source_url TEXT,
       content_hash TEXT,
       fetched_at TEXT,
       r2_bucket TEXT,
       r2_key TEXT
     )`,
    `CREATE TABLE datapoints (
       datapoint_id INTEGER PRIMARY KEY,
       artifact_id INTEGER,
       name TEXT,
       period TEXT,
       value REAL
     )`,
    `INSERT INTO artifacts
     ${numbers(artifacts)},
     objects AS (
       SELECT n, CASE
           WHEN n < ${objects} THEN n
           WHEN ${double} < ${groups} THEN 4 * ${double}
           ELSE 4 * 7 * (${double} - ${groups})
         END AS object
       FROM numbers
     ),
     keys AS (
       SELECT n, object, ${keySql('(object / 4 * 5 + object % 4)', counts)} AS key
       FROM objects
     )
     SELECT n + 1, CASE object % 10 WHEN 0 THEN 'unknown' ELSE 'sec_filing' END,
       'https://www.sec.gov/Archives/edgar/data/' || key, printf('%064x', object),
       strftime('%Y-%m-%dT%H:%M:%SZ', 1735689600 + n * 60, 'unixepoch'), '${bucket}', key
     FROM keys`,
    `INSERT INTO datapoints
     ${numbers(datapoints)}
     SELECT n + 1, n / ${datapointsOfEach} + 1, 'metric ' || n % ${datapointsOfEach}, '2025-Q' || (n % 4 + 1), n * 1.25
     FROM numbers`,
    ...(hasKeyIndex ? ['CREATE INDEX idx_artifacts_object ON artifacts (r2_bucket, r2_key)'] : []),
    ...(hasDatapointIndex ? ['CREATE INDEX idx_datapoints_artifact ON datapoints (artifact_id)'] : []),
  ];
}

/** Adds up to the same wherever the same was done, in whatever order. */
export const digestSql = `
  SELECT (SELECT count(*) FROM artifacts) AS artifacts,
    (SELECT sum(artifact_id) FROM artifacts) AS ids,
    (SELECT sum(artifact_id * (1 + datapoint_id % 1009)) FROM datapoints) AS named,
    (SELECT count(*) FROM artifacts WHERE source_type <> 'unknown') AS known`;
