import {type AnyBackfill, backfills, backfillsBetween} from '../backfills/registry.ts';
import {archive} from './archive.ts';
import {mediaBucket} from './media-content.ts';
import type {SandboxName} from './names.ts';

type PlaceName = 'assets' | 'artifacts' | 'media';

/** What the console calls the ends of a system in each sandbox, before either is made. */
export const placesIn: Readonly<
  Record<SandboxName, Readonly<Record<PlaceName, {readonly source: string; readonly target: string}>>>
> = {
  folder: {
    assets: {source: 'assets', target: 'asset-index.sqlite'},
    artifacts: {source: archive, target: 'artifacts.sqlite'},
    media: {source: mediaBucket, target: 'catalogue.sqlite'},
  },
  'r2-d1': {
    assets: {source: 's3://assets', target: 'd1:asset-index'},
    artifacts: {source: `s3://${archive}`, target: 'd1:artifacts'},
    media: {source: `s3://${mediaBucket}`, target: 'd1:catalogue'},
  },
};

/** The place of a backfill in a sandbox. */
export function placeOf({system}: Pick<AnyBackfill, 'system'>): PlaceName {
  if (system === 'media-ingest') return 'media';
  return system === 'artifacts' ? 'artifacts' : 'assets';
}

/** Those that have something to work on in a sandbox. */
export function backfillsIn(sandbox: SandboxName): readonly AnyBackfill[] {
  const [source, target] =
    sandbox === 'folder' ? (['folder', 'sqlite'] as const) : (['bucket', 'd1'] as const);
  return backfillsBetween(source, target, backfills);
}
