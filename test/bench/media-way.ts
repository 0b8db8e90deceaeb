import {findBackfill} from '../../src/backfills/registry.ts';
import {loadConfig} from '../../src/config/config.ts';
import {Connections} from '../../src/config/connections.ts';
import {keyScope} from '../../src/core/scope.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import type {Engine} from '../../src/engine/engine.ts';
import type {RunHandle} from '../../src/engine/execution.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import {defaultSettings} from '../../src/engine/settings.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {benchEngine} from './bench-engine.ts';
import {type Counts, report} from './report.ts';

const steps = ['migrate', 'dry-run', 'live'] as const;
type Step = (typeof steps)[number];

/**
 * media-ingest as a process of its own, with the engine's default settings but for D1's pace: a local one is asked as fast
 * as it answers. `live` executes the newest plan in the ledger, and verifies. Requests are those of the source's listing.
 *
 *     node media-way.ts SOURCE TARGET LEDGER STEP
 */
const [named = '', target = '', ledger = '', stepName] = process.argv.slice(2);
const step = steps.find(known => known === stepName);
if (step === undefined) throw new Error(`name a step: ${steps.join(', ')}`);
const config = await loadConfig(null, '/nowhere');
const settings = {...config.settings, d1: {requestsPerSecond: 1_000}};
const connections = new Connections({config: {...config, settings}, environment: process.env, now: Date.now});
const listing = {pages: 0};
const connection: RunConnection = {
  backfill: findBackfill('media-ingest'),
  source: counting(await connections.source(named)),
  target: await connections.target(target),
};
if (step === 'migrate') await applyMigrations(connection.backfill, connection.target);
else await report(() => work(step));

async function work(one: Exclude<Step, 'migrate'>): Promise<Counts> {
  const opened = await Ledger.open(ledger);
  try {
    const handle = await begin(one, benchEngine(opened, defaultSettings));
    const {record, error} = await handle.done;
    if (error !== null) throw error;
    if (record.status !== 'completed') throw new Error(`${one} ended ${record.status}`);
    const {inserted, unchanged, rows} = record.tally;
    const written = one === 'dry-run' ? 0 : rows;
    return {files: inserted + unchanged, bytes: 0, written, requests: listing.pages};
  } finally {
    await opened.close();
  }
}

async function begin(one: Exclude<Step, 'migrate'>, engine: Engine): Promise<RunHandle> {
  if (one === 'dry-run') return engine.rehearse(connection, keyScope.parse({}), {});
  return engine.live(connection, await engine.host.ledger.runs.resolve('last'), {
    confirm: connection.target.name,
    acceptedFailures: null,
    takeOver: null,
    thresholds: null,
    acceptNew: false,
  });
}

/** A page of a listing is a request. */
function counting(store: ObjectStore): ObjectStore {
  return new Proxy(store, {
    get(target_, property) {
      if (property !== 'list') {
        const value: unknown = Reflect.get(target_, property, target_);
        return typeof value === 'function' ? value.bind(target_) : value;
      }
      return async function* (given: Parameters<ObjectStore['list']>[0]) {
        for await (const page of target_.list(given)) {
          listing.pages++;
          yield page;
        }
      };
    },
  });
}
