import {findBackfill} from '../../src/backfills/registry.ts';
import type {Target} from '../../src/databases/database.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import {defaultSettings} from '../../src/engine/settings.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import {type ArtifactsCounts, bucket} from './artifacts-corpus.ts';
import {GeneratedStore} from './artifacts-store.ts';
import {benchEngine} from './bench-engine.ts';
import type {Counts} from './report.ts';

export const artifactsBackfills = ['artifacts-cleanup', 'artifacts-index', 'artifacts-inventory'] as const;
export type ArtifactsBackfill = (typeof artifactsBackfills)[number];
export const artifactsSteps = ['dry-run', 'live'] as const;
export type ArtifactsStep = (typeof artifactsSteps)[number];

export interface StepOf {
  readonly backfill: ArtifactsBackfill;
  readonly step: ArtifactsStep;
  readonly target: Target;
  readonly ledger: string;
  readonly counts: ArtifactsCounts;
}

/** One run with the engine's default settings: a dry run, or the newest plan of the ledger live, with verification. */
export async function runStep({backfill: id, step, target, ledger: path, counts}: StepOf): Promise<Counts> {
  const ledger = await Ledger.open(path);
  try {
    const backfill = findBackfill(id);
    const connection: RunConnection = {
      backfill,
      source:
        id === 'artifacts-inventory'
          ? new GeneratedStore(counts)
          : {id: target.id, label: '', service: target.service},
      target,
    };
    const engine = benchEngine(ledger, defaultSettings);
    const handle =
      step === 'dry-run'
        ? await engine.rehearse(connection, backfill.scope.parse({}), {})
        : await engine.live(connection, await ledger.runs.resolve('last'), {
            confirm: target.name,
            acceptedFailures: null,
            takeOver: null,
            thresholds: null,
            acceptNew: false,
            whole: bucket,
          });
    const {record, error} = await handle.done;
    if (error !== null) throw error;
    if (record.status !== 'completed') throw new Error(`${id}: ${step} ended ${record.status}`);
    const {inserted, updated, deleted, unchanged, rows} = record.tally;
    return {
      files: inserted + updated + deleted + unchanged,
      bytes: 0,
      written: step === 'dry-run' ? 0 : rows,
    };
  } finally {
    await ledger.close();
  }
}
