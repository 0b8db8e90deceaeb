import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {parseBucket} from '../../src/config/bucket-address.ts';
import {peakKibOf} from './report.ts';

const lookAgainMs = 10;

/**
 * What the best-known tool for it needs to read and hash every object of a bucket. Its listing and its start are
 * in the seconds; its peak memory is the last that was seen while it ran. Credentials are those in the environment.
 *
 *     node rclone-way.ts s3://BUCKET?endpoint=URL CHECKERS BYTES_OF_AN_OBJECT
 */
const [source = '', checkers = '', bytesOfEach = ''] = process.argv.slice(2);
const {bucket, endpoint = ''} = parseBucket(source);

/** Not where it is started, or knip would ask for a package of that name. */
const program = 'rclone';

const startedAt = performance.now();
const rclone = spawn(
  program,
  ['hashsum', 'sha256', '--download', '--checkers', checkers, '--config', '', `bench:${bucket}`],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      RCLONE_CONFIG_BENCH_TYPE: 's3',
      RCLONE_CONFIG_BENCH_PROVIDER: 'Other',
      RCLONE_CONFIG_BENCH_ENV_AUTH: 'true',
      RCLONE_CONFIG_BENCH_ENDPOINT: endpoint,
      RCLONE_CONFIG_BENCH_LIST_VERSION: '2',
    },
  },
);
const exited = once(rclone, 'exit');

let peakKib = 0;
const look = setInterval(() => {
  peakKib = (rclone.pid === undefined ? null : peakKibOf(rclone.pid)) ?? peakKib;
}, lookAgainMs);

let files = 0;
for await (const line of createInterface({input: rclone.stdout}))
  if (/^[0-9a-f]{64} {2}./.test(line)) files++;
const [code] = await exited;
const seconds = (performance.now() - startedAt) / 1_000;
clearInterval(look);
if (code !== 0) throw new Error(`rclone ended with ${code}`);
process.stdout.write(
  `${JSON.stringify({files, bytes: files * Number(bytesOfEach), written: 0, seconds, peakKib})}\n`,
);
