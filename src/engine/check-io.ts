import type {CheckIo} from '../backfills/invariant.ts';
import type {Shape} from '../backfills/shape.ts';
import type {RunNews} from '../core/event.ts';
import {limitsOf} from '../core/scope.ts';
import type {Reader} from '../databases/database.ts';
import {causesOf} from './causes.ts';
import type {Connection} from './connection.ts';
import type {EngineHost} from './engine-host.ts';
import {targetIoFor} from './io.ts';
import {keptToLook} from './kept.ts';
import {limitedBy} from './limited.ts';
import type {Limiter} from './limiter.ts';
import {writtenBy} from './written.ts';

/** What whoever compares source and target with each other works with. */
export interface Checking {
  readonly host: EngineHost;
  readonly connection: Connection;
  readonly reader: Reader;
  readonly scope: unknown;
  /** Where a capped run ended; null is the end of the listing. */
  readonly hi?: string | null;
  /** The run that explains what is missing. */
  readonly causesFrom: string | null;
  readonly sample: number | null;
  readonly signal: AbortSignal;
  readonly limiter: Limiter;
  readonly emit: (news: RunNews) => void;
  /** Told of every chunk of bytes that is read from the source. */
  readonly onBytes?: (count: number) => void;
}

export function checkIo(checking: Checking): CheckIo<Shape> {
  const {host, connection, scope, causesFrom, sample, hi = null, onBytes = () => undefined} = checking;
  const {ledger, now, random, settings} = host;
  const limited = limitedBy({...checking, attempts: settings.attempts, random});
  const kept = keptToLook(host, connection.target.id);
  return {
    ...targetIoFor({...checking, now, onBytes, kept, placed: limited, limited}),
    range: {lo: limitsOf(scope).startAfter, hi},
    sample,
    random,
    causes: keys => causesOf(ledger, causesFrom, keys),
    reached: async () => {
      const {repositories} = connection.backfill;
      return causesFrom === null || repositories === undefined
        ? null
        : ledger.repositories.reached(causesFrom, address => repositories.hostOf(address));
    },
    remembered: () => ledger.remembered.of(connection.target.id, connection.backfill.system),
    written: backfill => writtenBy(ledger, connection.target.id, backfill),
  };
}
