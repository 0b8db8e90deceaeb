import type {Measure} from './child.ts';
import {medianSeconds, together, wayTable} from './way-table.ts';
import type {World} from './world.ts';

/**
 * The engine beside the original's way over the same files, in alternating rounds; seconds are medians. First with an
 * empty index, then with one that is up to date. Dry run and live are also given one by one: the dry run reads and
 * hashes, live reuses that, writes and verifies. Only `one pass` does in one process just what the original does.
 */
export async function throughputTable(measure: Measure, world: World, rounds: number): Promise<string> {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) measured.push(await measureRound(measure, world));
  const original = medianSeconds(measured.map(round => round.original));
  const again = medianSeconds(measured.map(round => round.originalAgain));
  return wayTable('files', [
    {what: "the original's way", rounds: measured.map(round => round.original), original},
    {what: 'engine, one pass', rounds: measured.map(round => round.onePass), original},
    {what: 'engine, dry run', rounds: measured.map(round => round.dryRun), original},
    {what: 'engine, live', rounds: measured.map(round => round.live), original},
    {
      what: 'engine, dry run + live',
      rounds: measured.map(({dryRun, live}) => together(dryRun, live)),
      original,
    },
    {
      what: "unchanged: the original's way",
      rounds: measured.map(round => round.originalAgain),
      original: again,
    },
    {what: 'unchanged: engine, one pass', rounds: measured.map(round => round.onePassAgain), original: again},
  ]);
}

type Round = Awaited<ReturnType<typeof measureRound>>;

async function measureRound(measure: Measure, world: World) {
  const [theirs, ours, rehearsed] = [await world.fresh(), await world.fresh(), await world.fresh()];
  return {
    original: await measure('original-way', world, theirs.target),
    originalAgain: await measure('original-way', world, theirs.target),
    onePass: await measure('engine-way', world, ours.target, ours.ledger, 'one-pass'),
    onePassAgain: await measure('engine-way', world, ours.target, ours.ledger, 'one-pass'),
    dryRun: await measure('engine-way', world, rehearsed.target, rehearsed.ledger, 'dry-run'),
    live: await measure('engine-way', world, rehearsed.target, rehearsed.ledger, 'live'),
  };
}
