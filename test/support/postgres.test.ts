import {expect, it} from 'vitest';
import {postgresServer} from './postgres.ts';

it('tests against Postgres are skipped where there is none, but never in CI', () => {
  expect(postgresServer({})).toBeNull();
  expect(postgresServer({HEADGATE_TEST_POSTGRES: ''})).toBeNull();
  expect(() => postgresServer({CI: 'true'})).toThrow(/postgres-up\.sh/);
  const address = 'postgres://postgres:secret@127.0.0.1:5540/postgres';
  expect(postgresServer({CI: 'true', HEADGATE_TEST_POSTGRES: address})).toBe(address);
});
