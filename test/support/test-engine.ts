import {expect} from 'vitest';
import {foundOf, listedOf, outcomes} from '../../src/core/accounting.ts';
import type {RunEvent} from '../../src/core/event.ts';
import type {AtPoint} from '../../src/engine/crash-points.ts';
import {Engine} from '../../src/engine/engine.ts';
import {type Self, thisProcess} from '../../src/engine/holder.ts';
import {defaultSettings, type Settings} from '../../src/engine/settings.ts';
import type {Ledger} from '../../src/ledger/ledger.ts';

interface TestEngine {
  readonly settings?: Partial<Settings> | undefined;
  readonly self?: Self | undefined;
  readonly at?: AtPoint | undefined;
  readonly now?: () => number;
  readonly random?: (() => number) | undefined;
  readonly observe?: (event: RunEvent) => void;
}

/** An engine that is not patient, as a process of its own. Both identities are asserted at every event. */
export function testEngine(ledger: Ledger, options: TestEngine = {}): Engine {
  return new Engine({
    ledger,
    self: options.self ?? thisProcess(Math.random().toString(36).slice(2)),
    settings: {...defaultSettings, attempts: 2, patienceSeconds: 0, ...options.settings},
    program: 'test',
    configDigest: 'test',
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    at: options.at ?? (() => undefined),
    observe: event => {
      expectIdentities(event);
      options.observe?.(event);
    },
  });
}

function expectIdentities({snapshot: {tally, partitions}}: RunEvent): void {
  for (const name of [...outcomes, 'pending'] as const) expect(tally[name]).toBeGreaterThanOrEqual(0);
  expect(listedOf(tally)).toBe(
    tally.inserted +
      tally.updated +
      tally.deleted +
      tally.unchanged +
      tally.skipped +
      tally.failed +
      tally.pending,
  );
  for (const count of Object.values(partitions)) expect(count).toBeGreaterThanOrEqual(0);
  expect(foundOf(partitions)).toBe(partitions.done + partitions.failed + partitions.pending);
}
