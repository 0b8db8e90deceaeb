import type {AnyBackfill} from '../backfills/registry.ts';
import type {Reader} from '../databases/database.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';
import type {EngineHost} from './engine-host.ts';
import {ioFor} from './io.ts';
import {keptToLook} from './kept.ts';
import type {PlanReading} from './review-plan.ts';

/** Bytes that making a change of a plan moves outside of source and target; an undo moves none. */
export function movedBy(
  {effects, change: schema}: AnyBackfill,
  {undoes}: Pick<RunRecord, 'undoes'>,
): (change: unknown) => number {
  if (effects === undefined || undoes !== null) return () => 0;
  return change => effects.size(schema.parse(change));
}

/** What making a plan's changes moves and asks for outside of source and target. An undo moves nothing, and asks once for each. */
export function effectsOf(
  host: EngineHost,
  connection: RunConnection,
  {undoes, scope}: RunRecord,
  reader: Reader,
): Pick<PlanReading, 'sizeOf' | 'useOf'> {
  const {backfill, target} = connection;
  const {effects} = backfill;
  if (effects === undefined) return {};
  const {signal} = new AbortController();
  const kept = keptToLook(host, target.id);
  const io = ioFor({connection, reader, scope, signal, now: host.now, onBytes: () => undefined, kept});
  return {
    sizeOf: movedBy(backfill, {undoes}),
    useOf: async change => {
      const {isLocal, requests} = await effects.use(backfill.change.parse(change), io);
      return {isLocal, requests: undoes === null ? requests : isLocal ? 0 : 1};
    },
  };
}
