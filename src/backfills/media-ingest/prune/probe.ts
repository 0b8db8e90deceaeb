import type {Finding, Probe} from '../../../core/probe.ts';
import type {TargetIo} from '../../shape.ts';
import type {MediaFacts} from '../facts.ts';
import {probeMedia} from '../probe.ts';
import type {MediaPrune} from './prune.ts';

/** The same as for an ingest, and whether a row can go without anything going with it. */
export async function probePrune(io: TargetIo<MediaPrune>): Promise<Probe<MediaFacts>> {
  const probe = await probeMedia(io, 'deleted');
  const {referredBy} = probe.facts;
  const findings = referredBy.map(
    (table): Finding => ({
      level: 'error',
      subject: 'target',
      message: `a foreign key of ${table} refers to media_assets: what names a row would go with it, or keep it`,
      remedy: `Rows that others name are not headgate's to delete: decide what becomes of those in ${table}, by hand.`,
    }),
  );
  return {
    ...probe,
    findings: [...probe.findings, ...findings],
    schema: [probe.schema, ...referredBy].join('\n'),
  };
}
