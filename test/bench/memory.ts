import type {Measure, Measured} from './child.ts';
import {type Column, table} from './table.ts';
import type {World} from './world.ts';

interface Row {
  readonly step: string;
  readonly few: Measured;
  readonly many: Measured;
}

/** Peak memory of a dry run and its live run over few and over many files. Flat is a ratio near 1. */
export async function memoryTable(measure: Measure, few: World, many: World): Promise<string> {
  const [small, large] = [await rehearseAndGoLive(measure, few), await rehearseAndGoLive(measure, many)];
  return table(columns, [
    {step: 'engine, dry run', few: small.dryRun, many: large.dryRun},
    {step: 'engine, live', few: small.live, many: large.live},
  ]);
}

async function rehearseAndGoLive(measure: Measure, world: World) {
  const {target, ledger} = await world.fresh();
  return {
    dryRun: await measure('engine-way', 'dry-run', world.folder, target, ledger),
    live: await measure('engine-way', 'live', world.folder, target, ledger),
  };
}

const columns: readonly Column<Row>[] = [
  {title: 'peak memory', text: ({step}) => step},
  {title: 'files', text: ({few, many}) => `${few.files} → ${many.files}`},
  {title: 'seconds', text: ({few, many}) => `${few.seconds.toFixed(2)} → ${many.seconds.toFixed(2)}`},
  {title: 'peak MiB', text: ({few, many}) => `${mebibytes(few)} → ${mebibytes(many)}`},
  {title: 'ratio', text: ({few, many}) => (many.peakKib / few.peakKib).toFixed(2)},
];

function mebibytes({peakKib}: Measured): string {
  return (peakKib / 1_024).toFixed(0);
}
