import {weighted} from '../core/count.ts';
import {type Cost, costOf} from '../core/money.ts';
import type {EstimateFacts} from './estimate-facts.ts';
import type {TargetUse} from './estimate-requests.ts';
import type {SourceUse, Step} from './estimate-steps.ts';

/** What steps ask of both ends together, and what that costs. */

export interface Use {
  readonly source: SourceUse;
  readonly target: TargetUse;
}

export function usageOf(steps: readonly Pick<Step, 'source' | 'target'>[]): Use {
  return {
    source: {
      list: sum(steps.map(({source}) => source.list)),
      get: sum(steps.map(({source}) => source.get)),
      bytes: sum(steps.map(({source}) => source.bytes)),
    },
    target: {
      requests: sum(steps.map(({target}) => target.requests)),
      rowsRead: weighted(steps.map(({target}) => [target.rowsRead, 1])),
      rowsWritten: weighted(steps.map(({target}) => [target.rowsWritten, 1])),
    },
  };
}

/** By service; those without a known price are left out. */
export function costsOf(
  facts: Pick<EstimateFacts, 'source' | 'target' | 'listing'>,
  source: SourceUse,
  {rowsRead, rowsWritten}: TargetUse,
): readonly Cost[] {
  return [
    costOf(facts.source, {...source, download: source.bytes}, facts.listing.all.bytes),
    costOf(facts.target.service, {rowsRead: rowsRead.value, rowsWritten: rowsWritten.value}, 0),
  ].filter(cost => cost !== null);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
