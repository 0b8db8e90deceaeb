import {reduceRun, startRunView, tickRun} from '../../src/console/reduce-run.ts';
import type {RunView} from '../../src/console/run-view.ts';
import type {HostLimit, RunNews, Snapshot} from '../../src/core/event.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import {ScriptedRun} from '../console/run-events.ts';
import {now, snapshotOf} from './frame-facts.ts';

/** Runs as this console follows them. */

export const localLimit: HostLimit = {
  host: 'local disk',
  limit: 32,
  inFlight: 16,
  reason: 'steady',
  waitsUntil: null,
  requests: 1_204,
  firstAt: now - 60_000,
  perSecond: null,
};

/** After a 429: fewer at once, and none before the service wants one. */
export const waitingLimit: HostLimit = {
  ...localLimit,
  host: 'D1 of account 8f14e45f',
  limit: 1,
  inFlight: 0,
  reason: 'halved after a 429',
  waitsUntil: now + 8_000,
  perSecond: 3.3,
};

export interface Following {
  readonly snapshot?: Partial<Snapshot>;
  /** Seconds before now that anything moved last. */
  readonly quietFor?: number;
  /** What was told after that. */
  readonly news?: readonly RunNews[];
}

/** A run at work for 15 seconds of steady pages, now at what the record says. */
export function following(
  record: RunRecord,
  {snapshot = {}, quietFor = 0, news = []}: Following = {},
): RunView {
  const script = new ScriptedRun({mode: record.mode, expected: snapshot.expected ?? null});
  const origin = now - script.at - (15 + quietFor) * 1_000;
  const at = <T extends {readonly snapshot: Snapshot}>(event: T): T => ({
    ...event,
    snapshot: snapshotOf(record, {...event.snapshot, run: record.id, at: event.snapshot.at + origin}),
  });
  let view = startRunView(at(script.started));
  for (let second = 1; second <= 15; second++) {
    script.seconds = second;
    view = reduceRun(view, at(script.list(80)));
    view = reduceRun(view, at(script.settle(80)));
  }
  view = {...view, undoes: record.undoes, label: record.label, scope: record.scope};
  for (const one of news) {
    const event = script.emit(one);
    view = reduceRun(view, {...event, snapshot: {...at(event).snapshot, at: now - 1_000 * quietFor}});
  }
  return {...tickRun(view, now), snapshot: snapshotOf(record, snapshot)};
}
