import {OperatorError} from '../core/operator-error.ts';
import {isNetwork} from './network-address.ts';

/**
 * The ledger calls an end of a run by its place, or by a name of the config that the run was made with. Without that config
 * a name would be taken for a file that is missing.
 */
export function requireConfigured(
  end: 'source' | 'target' | 'provider',
  label: string,
  known: Readonly<Record<string, unknown>>,
): void {
  if (Object.hasOwn(known, label) || !/^[\w.-]+$/.test(label) || isNetwork(label)) return;
  const names = Object.keys(known);
  const instead =
    names.length === 0
      ? `no config with a ${end} is given`
      : `the ${end}s of the one that is given are ${names.join(', ')}`;
  throw new OperatorError(
    'usage',
    `the ${end} of this run is "${label}": that is a name of a config, and ${instead}`,
    'Name the config that has it: --config FILE',
  );
}
