import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {type ArtifactsCopy, type ArtifactsMeasured, ArtifactsWorld} from './artifacts-child.ts';
import {type ArtifactsCorpus, type ArtifactsCounts, countsOf} from './artifacts-corpus.ts';
import type {ArtifactsBackfill} from './artifacts-step.ts';
import {median} from './quantile.ts';
import {type Column, table} from './table.ts';

/** Where an index leads to the keys, less is at stake, and the whole stays within some minutes. */
const roundsOf = ({hasKeyIndex}: ArtifactsCorpus) => (hasKeyIndex ? 1 : 2);

interface Row {
  readonly what: string;
  readonly rounds: readonly ArtifactsMeasured[];
  /** The live run's statements and nothing else. */
  readonly bare: readonly ArtifactsMeasured[];
}

/**
 * The clean-up beside the very statements of its live run in one transaction, and beside the few that somebody would write
 * by hand, in alternating rounds on copies of one database; figures are medians. All three have to leave the same rows.
 * "bare" is without dry run, plan, before-images, lease, marks and verification. Index and inventory follow once.
 */
export async function artifactsTable(root: string, corpus: ArtifactsCorpus): Promise<string> {
  const folder = join(root, 'artifacts');
  await mkdir(folder);
  const world = ArtifactsWorld.make(folder, join(root, 'compiled'), corpus);
  const counts = countsOf(corpus);
  const cleanUps: CleanUp[] = [];
  const after: Row[] = [];
  const rounds = roundsOf(corpus);
  for (let round = 0; round < rounds; round++) {
    await using engine = await world.copy();
    const recording = engine.recording('cleanup');
    const ran = await dryAndLive(engine, 'artifacts-cleanup', recording);
    if (ran.live.files !== counts.groups)
      throw new Error(`the clean-up counted ${ran.live.files} groups where there are ${counts.groups}`);
    cleanUps.push({...ran, ...(await besides(world, engine, recording))});
    if (round === 0 && !corpus.hasKeyIndex) after.push(...(await indexAndInventory(engine, counts)));
  }
  await rm(folder, {recursive: true});
  const bare = cleanUps.map(round => round.bare);
  return table(columns, [
    {what: 'the same statements, bare', rounds: bare, bare},
    {what: 'by hand, over the whole table', rounds: cleanUps.map(({byHand}) => byHand), bare},
    {what: 'artifacts-cleanup, dry run', rounds: cleanUps.map(({dryRun}) => dryRun), bare},
    {what: 'artifacts-cleanup, live', rounds: cleanUps.map(({live}) => live), bare},
    ...after,
  ]);
}

interface CleanUp {
  readonly dryRun: ArtifactsMeasured;
  readonly live: ArtifactsMeasured;
  readonly bare: ArtifactsMeasured;
  readonly byHand: ArtifactsMeasured;
}

async function besides(world: ArtifactsWorld, engine: ArtifactsCopy, recording: string) {
  await using forBare = await world.copy();
  await using forHand = await world.copy();
  const bare = await forBare.bare(recording);
  const byHand = await forHand.bare('by-hand');
  for (const copy of [forBare, forHand])
    if (copy.digest() !== engine.digest())
      throw new Error(`the clean-up left ${engine.digest()}, its baseline ${copy.digest()}`);
  return {bare, byHand};
}

async function dryAndLive(copy: ArtifactsCopy, backfill: ArtifactsBackfill, recording?: string) {
  return {dryRun: await copy.run(backfill, 'dry-run'), live: await copy.run(backfill, 'live', recording)};
}

/** The inventory lists objects of which a fifth has no row; a tenth of the rows is of unknown type. */
async function indexAndInventory(copy: ArtifactsCopy, {listed}: ArtifactsCounts): Promise<readonly Row[]> {
  const index = await dryAndLive(copy, 'artifacts-index');
  const inventory = await dryAndLive(copy, 'artifacts-inventory');
  if (inventory.live.files !== listed)
    throw new Error(`the inventory counted ${inventory.live.files} objects where there are ${listed}`);
  return [
    {what: 'artifacts-index, dry run', rounds: [index.dryRun], bare: []},
    {what: 'artifacts-index, live', rounds: [index.live], bare: []},
    {what: 'artifacts-inventory, dry run', rounds: [inventory.dryRun], bare: []},
    {what: 'artifacts-inventory, live', rounds: [inventory.live], bare: []},
  ];
}

const columns: readonly Column<Row>[] = [
  {title: 'what', text: ({what}) => what},
  {title: 'items', text: ({what, rounds}) => (isBaseline(what) ? '' : count(rounds[0]?.files))},
  {title: 'rows written', text: ({rounds}) => count(rounds[0]?.written)},
  {title: 'seconds', text: ({rounds}) => of(rounds, ({seconds}) => seconds).toFixed(2)},
  {title: 'CPU s', text: ({rounds}) => of(rounds, ({cpuSeconds}) => cpuSeconds).toFixed(2)},
  {title: '× bare', text: row => ratio(row, ({seconds}) => seconds)},
  {title: '× bare, CPU', text: row => ratio(row, ({cpuSeconds}) => cpuSeconds)},
  {title: 'peak MiB', text: ({rounds}) => (of(rounds, ({peakKib}) => peakKib) / 1_024).toFixed(0)},
];

function ratio({rounds, bare}: Row, figure: (one: ArtifactsMeasured) => number): string {
  return bare.length === 0 ? '' : (of(rounds, figure) / of(bare, figure)).toFixed(2);
}

function of(rounds: readonly ArtifactsMeasured[], figure: (one: ArtifactsMeasured) => number): number {
  return median(rounds.map(figure));
}

function isBaseline(what: string): boolean {
  return !what.startsWith('artifacts-');
}

function count(value = Number.NaN): string {
  return value.toLocaleString('en');
}
