import {join} from 'node:path';
import type {Measure, Measured} from './child.ts';
import type {Corpus} from './corpus.ts';
import {type Column, table} from './table.ts';
import {makeWorld} from './world.ts';

/** What the two have in common, and two corpora that differ in their number of files only. */
export interface Pair {
  readonly title: string;
  readonly few: Corpus;
  readonly many: Corpus;
}

interface Row {
  readonly what: string;
  readonly few: Measured;
  readonly many: Measured;
}

/** Peak memory of a dry run and its live run over few and over many files. Flat is a ratio near 1. */
export async function memoryTable(measure: Measure, root: string, pairs: readonly Pair[]): Promise<string> {
  const rows: Row[] = [];
  for (const {title, few, many} of pairs) {
    const small = await rehearseAndGoLive(measure, join(root, 'few'), few);
    const large = await rehearseAndGoLive(measure, join(root, 'many'), many);
    rows.push({what: `dry run, ${title}`, few: small.dryRun, many: large.dryRun});
    rows.push({what: `live, ${title}`, few: small.live, many: large.live});
  }
  return table(columns, rows);
}

async function rehearseAndGoLive(measure: Measure, root: string, corpus: Corpus) {
  await using world = await makeWorld(root, corpus);
  const {target, ledger} = await world.fresh();
  return {
    dryRun: await measure('engine-way', world, target, ledger, 'dry-run'),
    live: await measure('engine-way', world, target, ledger, 'live'),
  };
}

const columns: readonly Column<Row>[] = [
  {title: 'what', text: ({what}) => what},
  {title: 'files', text: ({few, many}) => `${few.files} → ${many.files}`},
  {title: 'seconds', text: ({few, many}) => `${few.seconds.toFixed(2)} → ${many.seconds.toFixed(2)}`},
  {title: 'peak MiB', text: ({few, many}) => `${mebibytes(few)} → ${mebibytes(many)}`},
  {title: 'ratio', text: ({few, many}) => (many.peakKib / few.peakKib).toFixed(2)},
];

function mebibytes({peakKib}: Measured): string {
  return (peakKib / 1_024).toFixed(0);
}
