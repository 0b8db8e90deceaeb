import {isOn} from '../config/switched-on.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Session, Surroundings} from './session.ts';

/** DRY_RUN=1 in the environment: whatever is asked for, nothing is written. */
export function onlyRehearses({environment}: Pick<Surroundings, 'environment'>): boolean {
  return isOn(environment['DRY_RUN']);
}

export function refuseDryRun({surroundings}: Session, command: string): void {
  if (onlyRehearses(surroundings))
    throw new OperatorError(
      'gate',
      `DRY_RUN is set, and ${command} would write`,
      'Take DRY_RUN out of the environment: env -u DRY_RUN headgate …',
    );
}
