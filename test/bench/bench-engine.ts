import {randomBytes} from 'node:crypto';
import {Engine} from '../../src/engine/engine.ts';
import {thisProcess} from '../../src/engine/holder.ts';
import type {Settings} from '../../src/engine/settings.ts';
import type {Ledger} from '../../src/ledger/ledger.ts';

/** The engine as a command has it, with nobody watching. */
export function benchEngine(ledger: Ledger, settings: Settings): Engine {
  return new Engine({
    ledger,
    self: thisProcess(randomBytes(3).toString('hex')),
    settings,
    program: 'bench',
    configDigest: '',
    now: Date.now,
    random: Math.random,
    at: () => undefined,
    observe: () => undefined,
  });
}
