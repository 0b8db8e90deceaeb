import {mediaPublication} from '../../src/backfills/media-ingest/ingest/publication.ts';
import {mediaOptions} from '../../src/backfills/media-ingest/options.ts';
import {probeMedia} from '../../src/backfills/media-ingest/probe.ts';
import {findBackfill} from '../../src/backfills/registry.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import {startCloudflareSimulator} from '../simulators/cloudflare.ts';
import {accountOf, targetOn} from '../support/d1.ts';
import {type Column, table} from './table.ts';

interface Row {
  readonly staged: number;
  readonly seconds: number;
}

/** What D1 gives a request, in seconds. */
const givenSeconds = 30;

/** How long a local D1 takes for one publish into an empty catalogue. */
export async function publishTable(sizes: readonly number[]): Promise<string> {
  const rows: Row[] = [];
  for (const staged of sizes) rows.push({staged, seconds: await publishSeconds(staged)});
  return table(columns, rows);
}

async function publishSeconds(staged: number): Promise<number> {
  const cloudflare = await startCloudflareSimulator({});
  try {
    const account = accountOf(cloudflare, {requestMs: 600_000});
    const target = await targetOn(cloudflare, {account});
    await applyMigrations(findBackfill('media-ingest'), target);
    const database = await target.openDatabase();
    await database.transaction(mediaPublication.begin());
    for (let from = 0; from < staged; from += partRows)
      await cloudflare.sql(
        `INSERT INTO headgate_staged (b2_key, run, media_uid, b2_file_id, size, etag, ingested_at)
         WITH RECURSIVE number(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ${Math.min(staged, from + partRows)})
         SELECT printf('photos/2026/%08d-with-a-usual-name.jpg', n), 'bench', 'b2_' || lower(hex(randomblob(20))),
           '4_z' || lower(hex(randomblob(30))), n, lower(hex(randomblob(16))), '2026-11-20 05:12:00'
         FROM number`,
      );
    const {signal} = new AbortController();
    const options = mediaOptions.parse(undefined);
    const probe = await probeMedia({source: null, target: database, options, signal});
    const startedAt = performance.now();
    await database.transaction(mediaPublication.publish(staged, probe));
    const seconds = (performance.now() - startedAt) / 1_000;
    const [row] = await cloudflare.sql('SELECT count(*) AS rows FROM media_assets');
    if (row?.['rows'] !== staged)
      throw new Error(`${String(row?.['rows'])} rows where ${staged} were published`);
    await database.close();
    return seconds;
  } finally {
    await cloudflare.stop();
  }
}

const partRows = 50_000;
const columns: readonly Column<Row>[] = [
  {title: 'rows in one publish', text: ({staged}) => staged.toLocaleString('en')},
  {title: 'seconds', text: ({seconds}) => seconds.toFixed(2)},
  {
    title: `of the ${givenSeconds} s of a request`,
    text: ({seconds}) => `${((seconds / givenSeconds) * 100).toFixed(0)} %`,
  },
];
