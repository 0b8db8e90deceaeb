import {expect, it} from 'vitest';
import {endsSession, faultOfPostgres, kindOf, postgresErrorIn} from '../../src/databases/postgres-faults.ts';

it.each([
  ['22001', 'refused'],
  ['22003', 'refused'],
  ['22021', 'refused'],
  ['22P02', 'refused'],
  ['22P05', 'refused'],
  ['42P01', 'invalid'],
  ['42601', 'invalid'],
  ['0A000', 'invalid'],
  ['42501', 'denied'],
  ['25006', 'denied'],
  ['28P01', 'denied'],
  ['23502', 'refused'],
  ['23505', 'refused'],
  ['23P01', 'refused'],
  ['44000', 'refused'],
  ['P0001', 'refused'],
  ['40001', 'changed'],
  ['40P01', 'timeout'],
  ['55P03', 'timeout'],
  ['57014', 'timeout'],
  ['25P03', 'timeout'],
  ['08006', 'connection'],
  ['57P01', 'connection'],
  ['57P03', 'connection'],
  ['53300', 'rate-limited'],
  ['53100', 'server-error'],
  ['53200', 'server-error'],
  ['58030', 'server-error'],
  ['XX001', 'server-error'],
  ['54000', 'too-large'],
  ['3D000', 'not-found'],
])('SQLSTATE %s is a failure of kind %s', (state, kind) => {
  expect(kindOf(state)).toBe(kind);
});

it('a failure names the key that was taken, and tells no whole row', () => {
  const taken = faultOfPostgres({
    code: '23505',
    message: 'duplicate key value violates unique constraint "items_name_key"',
    detail: 'Key (name)=(a) already exists.',
  });
  expect(taken.message).toMatch(/items_name_key.*Key \(name\)=\(a\)/);
  const long = faultOfPostgres({code: '23505', message: 'm', detail: `Key (name)=(${'x'.repeat(1_000)})`});
  expect(long.message.length).toBeLessThan(250);
  const missing = faultOfPostgres({
    code: '23502',
    message: 'null value in column "name" of relation "items" violates not-null constraint',
    detail: 'Failing row contains (null, secret).',
  });
  expect(missing.message).toMatch(/"name"/);
  expect(missing.message).not.toMatch(/secret/);
});

it('what has no SQLSTATE did not come from the server', () => {
  expect(postgresErrorIn(Object.assign(new Error('refused'), {code: 'ECONNREFUSED'}))).toBeNull();
  expect(postgresErrorIn(new Error('x'))).toBeNull();
  expect(postgresErrorIn(null)).toBeNull();
  expect(postgresErrorIn(Object.assign(new Error('taken'), {code: '23505'}))).toEqual({
    code: '23505',
    message: 'taken',
  });
});

it('a session ends with what the server ends it for, and with a plan that does not fit any more', () => {
  const ends = ['57P01', '57P02', '08006', '25P03', '26000'];
  const goesOn = ['23505', '57014', '55P03', '40P01', '25006', '0A000'];
  for (const code of ends) expect(endsSession({code, message: ''}), code).toBe(true);
  for (const code of goesOn) expect(endsSession({code, message: ''}), code).toBe(false);
  expect(endsSession({code: '0A000', message: 'cached plan must not change result type'})).toBe(true);
});
