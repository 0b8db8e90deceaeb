import type {Io} from '../../shape.ts';
import type {ArtifactsInventory} from './inventory.ts';

/** What rows call the bucket that is listed: as --bucket says, or as the source is called. */
export function bucketOf({
  scope,
  source,
}: {
  readonly scope: Io<ArtifactsInventory>['scope'];
  readonly source: Io<ArtifactsInventory>['source'] | null;
}): string | null {
  return scope.bucket ?? source?.bucket ?? null;
}
