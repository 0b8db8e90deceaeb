import type {AnyBackfill} from '../backfills/registry.ts';
import {archive} from './archive.ts';
import type {SandboxName} from './names.ts';

/** What the console calls the ends of a system in each sandbox, before either is made. */
export const placesIn: Readonly<
  Record<
    SandboxName,
    Readonly<Record<'assets' | 'artifacts', {readonly source: string; readonly target: string}>>
  >
> = {
  folder: {
    assets: {source: 'assets', target: 'asset-index.sqlite'},
    artifacts: {source: archive, target: 'artifacts.sqlite'},
  },
  'r2-d1': {
    assets: {source: 's3://assets', target: 'd1:asset-index'},
    artifacts: {source: `s3://${archive}`, target: 'd1:artifacts'},
  },
};

/** The place of a backfill in a sandbox. */
export function placeOf({system}: Pick<AnyBackfill, 'system'>): 'assets' | 'artifacts' {
  return system === 'artifacts' ? 'artifacts' : 'assets';
}
