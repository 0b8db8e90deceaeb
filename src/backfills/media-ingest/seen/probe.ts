import type {Finding, Probe} from '../../../core/probe.ts';
import type {TargetIo} from '../../shape.ts';
import type {MediaFacts} from '../facts.ts';
import {probeMedia} from '../probe.ts';
import type {MediaSeen} from './seen.ts';

/** The same as for an ingest, and whether the column is there. */
export async function probeSeen(io: TargetIo<MediaSeen>): Promise<Probe<MediaFacts>> {
  const probe = await probeMedia(io, 'updated');
  const {columns, hasLastSeen} = probe.facts;
  if (hasLastSeen || columns.length === 0) return probe;
  return {...probe, findings: [...probe.findings, noColumn]};
}

const noColumn: Finding = {
  level: 'error',
  subject: 'target',
  message: 'media_assets has no column last_seen_at',
  remedy: 'headgate migrate media-seen --target TARGET adds it; nothing else is changed.',
};
