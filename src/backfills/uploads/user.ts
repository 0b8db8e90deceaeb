import {OperatorError} from '../../core/operator-error.ts';
import type {AssetFacts} from './facts.ts';

const forms = {
  integer: /^(?:0|-?[1-9]\d{0,17})$/,
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  text: /^/,
} as const;

const called = {
  integer: 'a whole number, such as 42',
  uuid: 'a UUID in lower case, such as 123e4567-e89b-12d3-a456-426614174000',
  text: 'a text',
} as const;

/** Refuses what no user_id of this table can be: SQLite would store it all the same, as a user that nobody is. */
export function requireUser({users}: Pick<AssetFacts, 'users'>, user: string): void {
  if (forms[users].test(user)) return;
  throw new OperatorError(
    'usage',
    `no user of assets is called ${user}: user_id is ${called[users]}`,
    'Name the user as the table has it: --user ID',
  );
}
