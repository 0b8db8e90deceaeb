import type {HostLimit} from '../../src/core/event.ts';
import {noon} from './run-events.ts';

/** What a run of repositories tells of its hosts. */

export const records = {backfill: 'records', mode: 'dry-run'} as const;

export const limit: HostLimit = {
  host: 'mill.example',
  limit: 16,
  inFlight: 4,
  reason: 'steady',
  waitsUntil: null,
  requests: 100,
  firstAt: noon,
  perSecond: null,
};

export function down(host: string, waiting: number): HostLimit {
  const fault = {kind: 'connection', message: `${host}: connect ECONNREFUSED`} as const;
  return {
    ...limit,
    host,
    inFlight: 0,
    aside: {waiting, since: noon - 60_000, until: noon + 8_000, fault},
  };
}
