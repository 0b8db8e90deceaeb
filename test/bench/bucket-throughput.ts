import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {defaultSettings} from '../../src/engine/settings.ts';
import type {Measure, Measured} from './child.ts';
import {medianSeconds, together, wayTable} from './way-table.ts';
import type {World} from './world.ts';

export interface BucketRounds {
  readonly rounds: number;
  /** Of every object: rclone does not say how many it read. */
  readonly bytes: number;
  /** How many times as fast as the original's way one pass is meant to be. */
  readonly goal?: number;
}

/** As many reads at once as the engine comes to. */
const atOnce = String(defaultSettings.concurrency.max);

/**
 * The engine beside the original's way over the same bucket and into an SQLite file, as throughput.ts has it for
 * folders; then what reading and hashing the same objects costs alone, which shows what listing, deciding, writing and
 * the ledger add. The server is called once before, so that nobody pays for its warming up.
 */
export async function bucketTable(
  measure: Measure,
  world: World,
  {rounds, bytes, goal}: BucketRounds,
): Promise<string> {
  const rclone = await rcloneVersion();
  await measure('read-way', world, 'http', atOnce);
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++)
    measured.push(await measureRound(measure, world, rclone === null ? null : bytes));
  const original = medianSeconds(measured.map(round => round.original));
  const row = (what: string, of: (round: Round) => readonly Measured[]) => ({
    what,
    rounds: measured.flatMap(of),
    original,
  });
  return wayTable('objects', [
    row("the original's way, by the SDK", round => [round.original]),
    {...row('engine, one pass', round => [round.onePass]), ...(goal === undefined ? {} : {goal})},
    row('engine, dry run', round => [round.dryRun]),
    row('engine, live', round => [round.live]),
    row('engine, dry run + live', ({dryRun, live}) => [together(dryRun, live)]),
    {...row('unchanged: engine, one pass', round => [round.onePassAgain]), original: null},
    row('read alone: the store', round => [round.store]),
    row('read alone: http.get, signed before', round => [round.http]),
    row('read alone: the SDK', round => [round.sdk]),
    row(`read alone: rclone ${rclone ?? '(not installed)'}`, round => round.rclone),
  ]);
}

type Round = Awaited<ReturnType<typeof measureRound>>;

/** `rcloneBytes`: null where rclone is not installed. */
async function measureRound(measure: Measure, world: World, rcloneBytes: number | null) {
  const [theirs, ours, rehearsed] = [await world.fresh(), await world.fresh(), await world.fresh()];
  return {
    original: await measure('original-bucket-way', world, theirs.target),
    onePass: await measure('engine-way', world, ours.target, ours.ledger, 'one-pass'),
    onePassAgain: await measure('engine-way', world, ours.target, ours.ledger, 'one-pass'),
    dryRun: await measure('engine-way', world, rehearsed.target, rehearsed.ledger, 'dry-run'),
    live: await measure('engine-way', world, rehearsed.target, rehearsed.ledger, 'live'),
    store: await measure('read-way', world, 'store', atOnce),
    http: await measure('read-way', world, 'http', atOnce),
    sdk: await measure('read-way', world, 'sdk', atOnce),
    rclone: rcloneBytes === null ? [] : [await measure('rclone-way', world, atOnce, String(rcloneBytes))],
  };
}

async function rcloneVersion(): Promise<string | null> {
  try {
    const {stdout} = await promisify(execFile)('rclone', ['version']);
    return /v[\d.]+/.exec(stdout)?.[0] ?? '';
  } catch {
    return null;
  }
}
