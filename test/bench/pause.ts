import {mkdtempDisposable} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {findBackfill} from '../../src/backfills/registry.ts';
import {keyScope} from '../../src/core/scope.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import type {RunHandle} from '../../src/engine/execution.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import {defaultSettings} from '../../src/engine/settings.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import {benchEngine} from './bench-engine.ts';
import {SlowStore} from './slow-store.ts';
import {type Column, table} from './table.ts';

const readsAtOnce = 64;
const settings = {...defaultSettings, concurrency: {start: readsAtOnce, max: readsAtOnce}};
/** The run's process asks the ledger ten times a second: stops are spread over that time. */
const pollMs = 100;

type Stop = (handle: RunHandle, otherTerminal: Ledger) => Promise<unknown>;
const ways: readonly {readonly title: string; readonly stop: Stop}[] = [
  {title: 'pause', stop: async handle => handle.pause()},
  {title: 'cancel', stop: async handle => handle.cancel()},
  {title: 'pause from another terminal', stop: ({id}, ledger) => ledger.runs.request(id, 'pause')},
];

/** Milliseconds from the call until the last I/O began, and until the run was at rest. */
interface Stopped {
  readonly lastIoMs: number;
  readonly atRestMs: number;
}

/** How soon a run stops while 64 reads are under way, for each way of stopping it: minimum, median and maximum. */
export async function pauseTable(root: string, repeats: number): Promise<string> {
  const rows = [];
  for (const {title, stop} of ways) {
    const stopped: Stopped[] = [];
    for (let repeat = 0; repeat < repeats; repeat++)
      stopped.push(await stopOnce(root, stop, (repeat * pollMs) / repeats));
    rows.push({title, stopped});
  }
  return table(columns, rows);
}

async function stopOnce(root: string, stop: Stop, delayMs: number): Promise<Stopped> {
  await using folder = await mkdtempDisposable(join(root, 'pause-'));
  const backfill = findBackfill('asset-index');
  const target = await sqliteTarget({path: join(folder.path, 'index.sqlite')});
  await applyMigrations(backfill, target);
  const path = join(folder.path, 'ledger.sqlite');
  const ledger = await Ledger.open(path);
  const otherTerminal = await Ledger.open(path);
  try {
    const source = new SlowStore();
    const scope = keyScope.parse({});
    const handle = await benchEngine(ledger, settings).unrehearsed({backfill, source, target}, scope, {});
    await source.until(underWay => underWay === readsAtOnce);
    await wait(delayMs);
    const stoppedAt = performance.now();
    await stop(handle, otherTerminal);
    const {record} = await handle.done;
    const atRestMs = performance.now() - stoppedAt;
    // Whoever was inside a read when the run came to rest must not begin another one.
    await source.until(underWay => underWay === 0);
    if (record.status !== 'paused' && record.status !== 'cancelled')
      throw new Error(`the run ended ${record.status} instead of being stopped`);
    return {lastIoMs: Math.max(0, source.lastIoAt - stoppedAt), atRestMs};
  } finally {
    await ledger.close();
    await otherTerminal.close();
  }
}

const columns: readonly Column<{readonly title: string; readonly stopped: readonly Stopped[]}>[] = [
  {title: 'stopped by', text: ({title}) => title},
  {title: 'repeats', text: ({stopped}) => String(stopped.length)},
  {title: 'ms to the last new I/O', text: ({stopped}) => spread(stopped.map(({lastIoMs}) => lastIoMs))},
  {title: 'ms to rest', text: ({stopped}) => spread(stopped.map(({atRestMs}) => atRestMs))},
];

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const picked = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return picked.map((value = 0) => value.toFixed(0)).join(' / ');
}
