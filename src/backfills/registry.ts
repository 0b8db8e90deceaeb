import {OperatorError} from '../core/operator-error.ts';
import {assetIndex} from './asset-index/asset-index.ts';
import type {Backfill, Noun, Shape, SourceKind, TargetKind} from './backfill.ts';

/** Any backfill, for the engine, which looks into none of its types. */
export type AnyBackfill = Backfill<Shape>;

/** Every backfill there is. Adding one is one folder and one line here. */
export const backfills: readonly AnyBackfill[] = [assetIndex];

/** Those that can work between such ends. */
export function backfillsBetween<B extends Pick<AnyBackfill, 'takes'>>(
  source: SourceKind,
  target: TargetKind,
  among: readonly B[],
): readonly B[] {
  return among.filter(({takes}) => takes.sources.includes(source) && takes.targets.includes(target));
}

/** What the target of a backfill has; what is on record of one that is no more was of rows. */
export function rowsOf(id: string): Noun {
  return backfills.find(backfill => backfill.id === id)?.words.rows ?? ['row', 'rows'];
}

export function findBackfill(id: string): AnyBackfill {
  const found = backfills.find(backfill => backfill.id === id);
  if (found !== undefined) return found;
  const known = backfills.map(backfill => backfill.id).join(', ');
  throw new OperatorError('usage', `there is no backfill ${id}`, `Known are: ${known}.`);
}
