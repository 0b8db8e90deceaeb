import type {Measure, Measured} from './child.ts';
import {type Column, table} from './table.ts';
import type {World} from './world.ts';

/** One kind of measured work, over all rounds. */
interface Row {
  readonly what: string;
  readonly rounds: readonly Measured[];
  /** Median seconds of the original's way over the same files in the same state. */
  readonly original: number;
}

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
  return table(columns, [
    {what: "the original's way", rounds: measured.map(round => round.original), original},
    {what: 'engine, one pass', rounds: measured.map(round => round.onePass), original},
    {what: 'engine, dry run', rounds: measured.map(round => round.dryRun), original},
    {what: 'engine, live', rounds: measured.map(round => round.live), original},
    {what: 'engine, dry run + live', rounds: measured.map(both), original},
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

function both({dryRun, live}: Round): Measured {
  return {
    files: dryRun.files,
    bytes: dryRun.bytes + live.bytes,
    written: live.written,
    seconds: dryRun.seconds + live.seconds,
    peakKib: Math.max(dryRun.peakKib, live.peakKib),
  };
}

const columns: readonly Column<Row>[] = [
  {title: 'what', text: ({what}) => what},
  {title: 'files', text: ({rounds}) => count(rounds[0]?.files)},
  {title: 'written', text: ({rounds}) => count(rounds[0]?.written)},
  {title: 'MB read', text: ({rounds}) => megabytes(rounds).toFixed(1)},
  {title: 'seconds', text: ({rounds}) => medianSeconds(rounds).toFixed(2)},
  {title: 'files/s', text: ({rounds}) => count((rounds[0]?.files ?? 0) / medianSeconds(rounds))},
  {title: 'MB/s', text: ({rounds}) => (megabytes(rounds) / medianSeconds(rounds)).toFixed(1)},
  {title: "× the original's", text: ({rounds, original}) => (original / medianSeconds(rounds)).toFixed(2)},
  {
    title: 'peak MiB',
    text: ({rounds}) => (Math.max(...rounds.map(({peakKib}) => peakKib)) / 1_024).toFixed(0),
  },
];

function megabytes(rounds: readonly Measured[]): number {
  return (rounds[0]?.bytes ?? 0) / 1e6;
}

function medianSeconds(rounds: readonly Measured[]): number {
  return (
    rounds.map(({seconds}) => seconds).sort((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? Number.NaN
  );
}

function count(value = Number.NaN): string {
  return Math.round(value).toLocaleString('en');
}
