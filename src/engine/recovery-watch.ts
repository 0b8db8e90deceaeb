import {setTimeout as sleep} from 'node:timers/promises';
import {OperatorError} from '../core/operator-error.ts';
import type {EngineHost} from './engine-host.ts';
import type {RecoveryNews, RecoveryOptions} from './recovery-options.ts';
import {reading} from './steady-reader.ts';

/** Watches whether some other program still writes to the target: then nothing is mended, unless that is accepted. */
export async function watchWriters(host: EngineHost, options: RecoveryOptions): Promise<void> {
  const {recovery, target, confirm, watchSeconds, acceptWriters, signal, tell} = options;
  if (watchSeconds <= 0) return;
  const says = (state: RecoveryNews['state'], text: string) => tell({step: 'watch', state, says: text});
  says('begins', `watches ${watchSeconds} s for other writers`);
  const look = () => reading(host, target, reader => recovery.watch(reader));
  const before = await look();
  await sleep(watchSeconds * 1_000, undefined, {signal});
  const after = await look();
  const changed = Object.keys(after).filter(name => before[name] !== after[name]);
  if (changed.length === 0) {
    says('done', `nobody wrote for ${watchSeconds} s`);
    return;
  }
  const said = changed.map(name => `${name} ${before[name] ?? '–'} → ${after[name]}`).join(', ');
  says(acceptWriters ? 'done' : 'failed', `somebody still writes: ${said}`);
  if (acceptWriters || confirm === null) return;
  throw new OperatorError(
    'gate',
    `somebody still writes to ${target.name}: ${said}`,
    'Stop the ingestion (scheduled jobs, workers), and begin again; --accept-writers goes on in spite of it.',
  );
}
