import {join} from 'node:path';
import {type KeysCorpus, makeBucket} from './bucket-world.ts';
import type {Measure, Measured} from './child.ts';
import {type Column, table} from './table.ts';
import {count, medianSeconds, peakMib} from './way-table.ts';

export interface ListingRounds {
  readonly title: string;
  readonly corpus: KeysCorpus;
  readonly rounds: number;
  /** How many times as fast as the SDK in turn the store is meant to be. */
  readonly goal?: number;
}

interface Row {
  readonly what: string;
  readonly rounds: readonly Measured[];
  /** Median seconds of one page after the other through the SDK. */
  readonly inTurn: number;
  readonly goal?: number | undefined;
}

/**
 * Listing one page after the other, through the SDK as the original does and through the store's own reader, beside
 * the store's listing as the engine asks for it.
 */
export async function listingTable(
  measure: Measure,
  root: string,
  listings: readonly ListingRounds[],
): Promise<string> {
  const rows: Row[] = [];
  for (const listing of listings) rows.push(...(await rowsOf(measure, join(root, 'listing'), listing)));
  const hasGoal = listings.some(({goal}) => goal !== undefined);
  return table(hasGoal ? [...columns, goalColumn] : columns, rows);
}

async function rowsOf(
  measure: Measure,
  root: string,
  {title, corpus, rounds, goal}: ListingRounds,
): Promise<readonly Row[]> {
  await using world = await makeBucket(root, corpus);
  await measure('list-way', world, 'store');
  const bySdk: Measured[] = [];
  const byPage: Measured[] = [];
  const byStore: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    bySdk.push(await measure('list-way', world, 'sdk'));
    byPage.push(await measure('list-way', world, 'page'));
    byStore.push(await measure('list-way', world, 'store'));
  }
  const inTurn = medianSeconds(bySdk);
  return [
    {what: `${title}: the SDK, page by page`, rounds: bySdk, inTurn},
    {what: `${title}: the store's reader, page by page`, rounds: byPage, inTurn},
    {what: `${title}: the store`, rounds: byStore, inTurn, goal},
  ];
}

const columns: readonly Column<Row>[] = [
  {title: 'what', text: ({what}) => what},
  {title: 'keys', text: ({rounds}) => count(rounds[0]?.files)},
  {title: 'requests', text: ({rounds}) => count(Math.max(...rounds.map(({requests = 0}) => requests)))},
  {title: 'seconds', text: ({rounds}) => medianSeconds(rounds).toFixed(2)},
  {title: 'keys/s', text: ({rounds}) => count((rounds[0]?.files ?? 0) / medianSeconds(rounds))},
  {title: '× the SDK', text: ({rounds, inTurn}) => (inTurn / medianSeconds(rounds)).toFixed(2)},
  {title: 'peak MiB', text: ({rounds}) => peakMib(rounds)},
];

const goalColumn: Column<Row> = {
  title: 'goal',
  text: ({goal}) => (goal === undefined ? '' : `≥ ${goal} ×`),
};
