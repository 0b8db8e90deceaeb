import {openNetwork} from '../../src/atproto/open-network.ts';
import {findBackfill} from '../../src/backfills/registry.ts';
import {loadConfig} from '../../src/config/config.ts';
import {Connections} from '../../src/config/connections.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import type {Engine} from '../../src/engine/engine.ts';
import type {RunHandle} from '../../src/engine/execution.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import {defaultSettings} from '../../src/engine/settings.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import {benchEngine} from './bench-engine.ts';
import {type Counts, report} from './report.ts';

const steps = ['migrate', 'unrehearsed', 'dry-run', 'live'] as const;
type Step = (typeof steps)[number];

/**
 * `records` as a process of its own, with the engine's default settings. `files` are repositories. `unrehearsed` is what a
 * job does: every repository found, resolved, read with its CIDs checked, decided, written with marks and before-images.
 *
 *     node records-way.ts RELAY PLC COLLECTION TARGET LEDGER STEP
 */
const [relay = '', plc = '', collection = '', named = '', ledger = '', stepName] = process.argv.slice(2);
const step = steps.find(known => known === stepName);
if (step === undefined) throw new Error(`name a step: ${steps.join(', ')}`);
const config = await loadConfig(null, '/nowhere');
const connections = new Connections({config, environment: process.env, now: Date.now});
const backfill = findBackfill('records');
const connection: RunConnection = {
  backfill,
  source: openNetwork({label: 'network', relays: [relay], plc, allowPrivateHosts: true}),
  target: await connections.target(named),
};
const scope = backfill.scope.parse({collections: [collection]});
if (step === 'migrate') await applyMigrations(backfill, connection.target);
else await report(() => work(step));

async function work(one: Exclude<Step, 'migrate'>): Promise<Counts> {
  const opened = await Ledger.open(ledger);
  try {
    const handle = await begin(one, benchEngine(opened, defaultSettings));
    const {record, error} = await handle.done;
    if (error !== null) throw error;
    if (record.status !== 'completed') throw new Error(`${one} ended ${record.status}`);
    return {files: record.partitions.done, bytes: 0, written: one === 'dry-run' ? 0 : record.tally.rows};
  } finally {
    await opened.close();
  }
}

async function begin(one: Exclude<Step, 'migrate'>, engine: Engine): Promise<RunHandle> {
  if (one === 'unrehearsed') return engine.unrehearsed(connection, scope, {});
  if (one === 'dry-run') return engine.rehearse(connection, scope, {});
  return engine.live(connection, await engine.host.ledger.runs.resolve('last'), {
    confirm: connection.target.name,
    acceptedFailures: null,
    takeOver: null,
    thresholds: null,
    acceptNew: false,
  });
}
