import {isActive, type RunMode} from '../core/run.ts';
import {runAtWork} from './flow-of.ts';
import {isRecovering} from './recovery-view.ts';
import type {ConsoleState, SetupView} from './state.ts';

/** `absent`: it makes no sense here, and no footer names it. `because`: it does, but not now, and the reason is told. */
export type Availability = 'now' | 'absent' | {readonly because: string};

/** One run at a time for a setup: its target takes no more. */
export function whileIdle(state: ConsoleState, setup: SetupView): Availability {
  const recovering = recoveringOn(state, setup);
  if (recovering !== null) return {because: `the recovery of ${recovering.target} is at work: R shows it`};
  if (setup.isBeginning) return {because: 'a run is about to begin'};
  if (setup.probe?.state === 'working') return {because: 'the probe is at work'};
  if (isAtWork(state, setup)) return {because: 'a run is at work: pause or cancel it first'};
  const elsewhere = [setup.facts?.live, setup.facts?.plan].find(
    run => run != null && isActive(run.status) && setup.facts?.gone.includes(run.id) !== true,
  );
  return elsewhere == null ? 'now' : {because: `run ${elsewhere.id} is at work in another process`};
}

/** The setup whose recovery holds the target that this one has too; null where none does. */
export function recoveringOn({setups}: ConsoleState, {target}: SetupView): SetupView | null {
  return setups.find(setup => setup.target === target && isRecovering(setup)) ?? null;
}

export function isAtWork(state: ConsoleState, setup: SetupView): boolean {
  const run = runAtWork(state, setup);
  return setup.atWork !== null || setup.verifying !== null || (run !== null && run.ended === null);
}

export function writing(mode: RunMode): boolean {
  return mode === 'live' || mode === 'undo';
}
