import {execFile} from 'node:child_process';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {z} from 'zod';
import {makeAtprotoCorpus} from './atproto-corpus.ts';
import {type Column, table} from './table.ts';
import {count, medianSeconds, peakMib} from './way-table.ts';

const measured = z.object({
  files: z.number(),
  bytes: z.number(),
  written: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakKib: z.number(),
});
type Measured = z.infer<typeof measured>;

interface Row {
  readonly what: string;
  readonly rounds: readonly Measured[];
  /** Median seconds of the reference implementation for the same. */
  readonly reference: number;
  /** Records a second that this is meant to do, on one core that it has to itself. */
  readonly goal?: number;
}

export interface AtprotoRounds {
  readonly records: number;
  readonly rounds: number;
}

export function atprotoTitle({records, rounds}: AtprotoRounds): string {
  return `a repository of ${count(records)} posts, from memory; median of ${rounds}`;
}

const way = fileURLToPath(new URL('./atproto-way.ts', import.meta.url));

/**
 * One repository from memory, each record's CID checked and its JSON text made, beside the reference implementation
 * (@atproto/repo, @atproto/lexicon) that does the same. Whoever does not count every record fails the bench.
 */
export async function atprotoTable(root: string, {records, rounds}: AtprotoRounds): Promise<string> {
  const folder = join(root, 'atproto');
  await mkdir(folder);
  const {car, pages, signingKey} = await makeAtprotoCorpus(folder, records);
  const measure = async (named: string): Promise<readonly Measured[]> => {
    const all: Measured[] = [];
    for (let round = 0; round < rounds; round++)
      all.push(await run(records, named, named.startsWith('car') ? car : pages, signingKey));
    return all;
  };
  const reference = {car: await measure('car-reference'), pages: await measure('pages-reference')};
  const ofCar = {reference: medianSeconds(reference.car)};
  const ofPages = {reference: medianSeconds(reference.pages)};
  return table(columns, [
    {what: 'getRepo: the reference, proven', rounds: reference.car, ...ofCar},
    {what: 'getRepo: its proof alone', rounds: await measure('car-verified'), ...ofCar},
    {what: 'getRepo: the client, proven', rounds: await measure('car-proven'), ...ofCar},
    {what: 'getRepo: the client', rounds: await measure('car'), ...ofCar, goal: 60_000},
    {what: 'listRecords: the reference', rounds: reference.pages, ...ofPages},
    {what: 'listRecords: the client', rounds: await measure('pages'), ...ofPages, goal: 15_000},
  ]);
}

async function run(records: number, ...args: readonly string[]): Promise<Measured> {
  const {stdout} = await promisify(execFile)(process.execPath, ['--max-semi-space-size=8', way, ...args]);
  const counted = measured.parse(JSON.parse(stdout));
  if (counted.files !== records) throw new Error(`${args[0]}: ${counted.files} records of ${records}`);
  return counted;
}

const columns: readonly Column<Row>[] = [
  {title: 'what', text: ({what}) => what},
  {title: 'records', text: ({rounds}) => count(rounds[0]?.files)},
  {title: 'MB', text: ({rounds}) => ((rounds[0]?.bytes ?? 0) / 1e6).toFixed(1)},
  {title: 'seconds', text: ({rounds}) => medianSeconds(rounds).toFixed(2)},
  {title: 'CPU s', text: ({rounds}) => (rounds[0]?.cpuSeconds ?? 0).toFixed(2)},
  {title: 'records/s', text: ({rounds}) => count((rounds[0]?.files ?? 0) / medianSeconds(rounds))},
  {title: '× the reference', text: ({rounds, reference}) => (reference / medianSeconds(rounds)).toFixed(1)},
  {title: 'peak MiB', text: ({rounds}) => peakMib(rounds)},
  {title: 'goal', text: ({goal}) => (goal === undefined ? '' : `≥ ${count(goal)}/s`)},
];
