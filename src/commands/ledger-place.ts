import type {Config} from '../config/config.ts';
import {requireLedgerPlace} from '../config/place-names.ts';
import {withoutPassword} from '../databases/postgres-address.ts';
import type {CommonOptions, Surroundings} from './session.ts';

/** A file, or the address of a Postgres database. */
export function ledgerPlace(
  {ledger}: CommonOptions,
  config: Config,
  {defaultLedger}: Pick<Surroundings, 'defaultLedger'>,
): string {
  if (ledger !== undefined) requireLedgerPlace(ledger);
  return ledger ?? config.ledger ?? defaultLedger;
}

/** Commands that are shown to be typed have to find the same ledger and config, and show no password. */
export function ledgerFlags({ledger, config}: CommonOptions): readonly string[] {
  return [
    ...(config === undefined ? [] : ['--config', config]),
    ...(ledger === undefined ? [] : ['--ledger', withoutPassword(ledger)]),
  ];
}
