import {join} from 'node:path';
import {type CloudflareSimulator, startCloudflareSimulator} from '../simulators/cloudflare.ts';
import {targetOn} from '../support/d1.ts';
import {type ArtifactsCorpus, corpusSql, countsOf} from './artifacts-corpus.ts';
import {type ArtifactsBackfill, artifactsSteps, runStep} from './artifacts-step.ts';
import type {Counts} from './report.ts';
import {type Column, table} from './table.ts';

interface Row {
  readonly what: string;
  readonly counted: Counts;
  readonly requests: number;
  readonly seconds: number;
}

/** As many as the engine sends to one account unless it is told otherwise. */
const perSecond = 3;

/** What runs cost in requests to D1, on the local one, which is asked as fast as it answers. */
export async function artifactsD1Table(root: string, artifacts: number): Promise<string> {
  const corpus = {artifacts, hasKeyIndex: false, hasDatapointIndex: true};
  const cloudflare = await startCloudflareSimulator({});
  try {
    for (const sql of corpusSql(corpus)) await cloudflare.sql(sql);
    const ledger = join(root, 'artifacts-d1.ledger');
    const rows: Row[] = [];
    for (const backfill of ['artifacts-cleanup', 'artifacts-index', 'artifacts-inventory'] as const)
      rows.push(...(await measured(cloudflare, {backfill, ledger, corpus})));
    return table(columns, rows);
  } finally {
    await cloudflare.stop();
  }
}

async function measured(
  cloudflare: CloudflareSimulator,
  {
    backfill,
    ledger,
    corpus,
  }: {readonly backfill: ArtifactsBackfill; readonly ledger: string; readonly corpus: ArtifactsCorpus},
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const step of artifactsSteps) {
    const target = await targetOn(cloudflare);
    const before = cloudflare.requests.length;
    const startedAt = performance.now();
    const counted = await runStep({backfill, step, target, ledger, counts: countsOf(corpus)});
    const seconds = (performance.now() - startedAt) / 1_000;
    const what = `${backfill}, ${step === 'live' ? 'live with verification' : 'dry run'}`;
    rows.push({what, counted, requests: cloudflare.requests.length - before, seconds});
  }
  return rows;
}

const columns: readonly Column<Row>[] = [
  {title: 'what', text: ({what}) => what},
  {title: 'items', text: ({counted}) => counted.files.toLocaleString('en')},
  {title: 'rows written', text: ({counted}) => counted.written.toLocaleString('en')},
  {title: 'requests', text: ({requests}) => String(requests)},
  {title: 'seconds', text: ({seconds}) => seconds.toFixed(2)},
  {title: `seconds at ${perSecond} a second`, text: ({requests}) => (requests / perSecond).toFixed(0)},
];
