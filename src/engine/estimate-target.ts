import type {Probe} from '../core/probe.ts';
import type {Connection} from './connection.ts';
import type {TargetFacts} from './estimate-facts.ts';

/** What a prediction has to know of a target. `decided`: how long pages took to decide, where that was measured. */
export function targetFactsOf(
  {target, backfill}: Connection,
  probe: Probe<unknown>,
  probeRequests: number,
  decided: TargetFacts['decided'],
): TargetFacts {
  return {
    service: target.service,
    perSecond: target.traffic()?.perSecond ?? null,
    probeRequests,
    decided,
    marks: target.marks,
    provesAtomicity: target.provesAtomicity,
    costs: backfill.costs(probe),
  };
}

/** Requests that the target was sent so far, by whatever this process does with it. */
export function requestsTo({target}: Connection): number {
  return target.traffic()?.requests ?? 0;
}
