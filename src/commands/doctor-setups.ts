import {findBackfill, readsNetwork, readsTarget} from '../backfills/registry.ts';
import type {BackfillSetup} from '../config/config.ts';
import {requireTakes} from '../config/end-kinds.ts';
import {type Ends, plainEnds, requireSource} from './ends.ts';
import type {Session} from './session.ts';

export interface Place {
  readonly end: 'source' | 'target' | 'provider';
  readonly named: string;
}

/**
 * The places of a setup of the config that no name of the config stands for: nothing else looks at them. Throws an
 * OperatorError where there is no such backfill, or it does not work between such ends.
 */
export function ownPlaces({config}: Pick<Session, 'config'>, setup: BackfillSetup): readonly Place[] {
  const backfill = findBackfill(setup.backfill);
  requireTakes(backfill, config, setup.target);
  const ends: Ends = plainEnds(backfill, setup);
  if (!readsTarget(backfill) && !readsNetwork(backfill)) requireSource(ends, backfill.uploads);
  const isOfObjects = backfill.uploads === 'objects';
  const places: readonly {readonly end: Place['end']; readonly named: string | undefined}[] = [
    {end: isOfObjects ? 'provider' : 'source', named: ends.source},
    {end: 'provider', named: isOfObjects ? undefined : setup.provider},
    {end: 'target', named: setup.target},
  ];
  const names = {source: config.sources, provider: config.providers, target: config.targets};
  return places.flatMap(({end, named}) =>
    named === undefined || Object.hasOwn(names[end], named) ? [] : [{end, named}],
  );
}
