import type {Command} from './command.ts';
import {mendable} from './going-on.ts';
import {type Availability, isAtWork, recoveringOn, whileIdle} from './idle.ts';
import {isRecovering} from './recovery-view.ts';
import type {ConsoleState, SetupView} from './state.ts';

export type RecoveryCommand = Extract<Command, 'recovery' | 'look' | 'look-again' | 'mend' | 'give-up'>;

/** When a system is recovered: it writes, so a read-only console does not even look. */
export function recoveryAvailability(
  state: ConsoleState,
  setup: SetupView,
  command: RecoveryCommand,
): Availability {
  if (setup.recovers === null || state.manner.isReadOnly) return 'absent';
  switch (command) {
    case 'recovery':
      return 'now';
    case 'give-up':
      if (setup.recovery?.state === 'stopping') return {because: 'it is coming to rest'};
      return isRecovering(setup) ? 'now' : 'absent';
    case 'look':
      return mendable(setup) ? 'absent' : whileTargetIdle(state, setup);
    case 'look-again':
    case 'mend':
      return mendable(setup) ? whileTargetIdle(state, setup) : 'absent';
    default:
      return command satisfies never;
  }
}

/** It takes the whole target: what is at work there by another backfill comes to its end first. */
function whileTargetIdle(state: ConsoleState, setup: SetupView): Availability {
  if (isRecovering(setup)) return {because: 'it is at work: 3 shows its run, s gives it up'};
  if (recoveringOn(state, setup) !== null) return whileIdle(state, setup);
  const other = state.setups.find(
    each => each.target === setup.target && (each.isBeginning || isAtWork(state, each)),
  );
  if (other !== undefined && other.name !== setup.name)
    return {because: `a run of ${other.name} is at work there: pause or cancel it first`};
  return whileIdle(state, setup);
}
