import {type AnyBackfill, backfills, backfillsBetween, readsNetwork} from '../backfills/registry.ts';
import {archive} from './archive.ts';
import {mediaBucket} from './media-content.ts';
import {appviewName, card, networkLabel, type SandboxName} from './names.ts';

type PlaceName = 'assets' | 'artifacts' | 'media' | 'records' | 'uploads';

const records = {source: networkLabel, target: `pglite:${appviewName}`};

/** What the console calls the ends of a system in each sandbox, before either is made. */
export const placesIn: Readonly<
  Record<SandboxName, Readonly<Record<PlaceName, {readonly source: string; readonly target: string}>>>
> = {
  folder: {
    assets: {source: 'assets', target: 'asset-index.sqlite'},
    artifacts: {source: archive, target: 'artifacts.sqlite'},
    media: {source: mediaBucket, target: 'catalogue.sqlite'},
    uploads: {source: card, target: 'assets.sqlite'},
    records,
  },
  'r2-d1': {
    assets: {source: 's3://assets', target: 'd1:asset-index'},
    artifacts: {source: `s3://${archive}`, target: 'd1:artifacts'},
    media: {source: `s3://${mediaBucket}`, target: 'd1:catalogue'},
    uploads: {source: card, target: 'd1:assets'},
    records,
  },
};

/** The place of a backfill in a sandbox. */
export function placeOf({system}: Pick<AnyBackfill, 'system'>): PlaceName {
  if (system === 'media-ingest') return 'media';
  if (system === 'records' || system === 'uploads') return system;
  return system === 'artifacts' ? 'artifacts' : 'assets';
}

/** Those that have something to work on in a sandbox. */
export function backfillsIn(sandbox: SandboxName): readonly AnyBackfill[] {
  const [source, target] =
    sandbox === 'folder' ? (['folder', 'sqlite'] as const) : (['bucket', 'd1'] as const);
  // The network and the card of a camera are the same, whatever the others' ends are.
  const between = backfillsBetween(source, target, backfills);
  const everywhere = backfills.filter(backfill => readsNetwork(backfill) || backfill.uploads !== undefined);
  return [...new Set([...between, ...everywhere])];
}
