import {findBackfill} from '../../src/backfills/registry.ts';
import {parseBucket} from '../../src/config/bucket-address.ts';
import {keyScope} from '../../src/core/scope.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import type {Engine} from '../../src/engine/engine.ts';
import type {RunHandle} from '../../src/engine/execution.ts';
import {defaultSettings} from '../../src/engine/settings.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import {directoryStore} from '../../src/stores/directory.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {benchEngine} from './bench-engine.ts';
import {type Counts, report} from './report.ts';

const steps = ['one-pass', 'dry-run', 'live'] as const;
type Step = (typeof steps)[number];

/**
 * The engine's way, as a process of its own, with its default settings. `one-pass` is an unrehearsed run: list, hash,
 * decide and write at once, as the original does. `dry-run` writes only the ledger. `live` goes through the gates,
 * executes the newest plan in the ledger, and verifies, as the command does.
 *
 *     node engine-way.ts FOLDER|s3://BUCKET?endpoint=URL TARGET LEDGER STEP
 */
async function work(step: Step, source: ObjectStore, path: string, ledgerPath: string): Promise<Counts> {
  const ledger = await Ledger.open(ledgerPath);
  try {
    const connection: RunConnection = {
      backfill: findBackfill('asset-index'),
      source,
      target: await sqliteTarget({path}),
    };
    const handle = await begin(step, benchEngine(ledger, defaultSettings), connection);
    const {record, error} = await handle.done;
    if (error !== null) throw error;
    if (record.status !== 'completed') throw new Error(`${step} ended ${record.status}`);
    const {inserted, updated, unchanged, bytes} = record.tally;
    return {
      files: inserted + updated + unchanged,
      bytes,
      written: step === 'dry-run' ? 0 : inserted + updated,
    };
  } finally {
    await ledger.close();
  }
}

async function begin(step: Step, engine: Engine, connection: RunConnection): Promise<RunHandle> {
  const scope = keyScope.parse({});
  switch (step) {
    case 'one-pass':
      return engine.unrehearsed(connection, scope, {});
    case 'dry-run':
      return engine.rehearse(connection, scope, {});
    case 'live':
      return engine.live(connection, await engine.host.ledger.runs.resolve('last'), {
        confirm: connection.target.name,
        acceptedFailures: null,
        takeOver: null,
        thresholds: null,
        acceptNew: false,
      });
    default:
      return step satisfies never;
  }
}

/** The SDK's modules are loaded only for a bucket, as the program does. */
async function openSource(named: string): Promise<ObjectStore> {
  if (!named.startsWith('s3://')) return directoryStore(named);
  const {s3Store} = await import('../../src/stores/s3.ts');
  return s3Store({...parseBucket(named), label: named});
}

const [named = '', target = '', ledger = '', stepName] = process.argv.slice(2);
const step = steps.find(known => known === stepName);
if (step === undefined) throw new Error(`name a step: ${steps.join(', ')}`);
const source = await openSource(named);
await report(() => work(step, source, target, ledger));
