import {expect, it} from 'vitest';
import {cephEndpoint} from './ceph.ts';

it('tests against Ceph are skipped where there is none, but never in CI', () => {
  expect(cephEndpoint({})).toBeNull();
  expect(cephEndpoint({HEADGATE_TEST_CEPH: ''})).toBeNull();
  expect(() => cephEndpoint({CI: 'true'})).toThrow(/ceph-up\.sh/);
  expect(cephEndpoint({CI: 'true', HEADGATE_TEST_CEPH: 'http://127.0.0.1:4580'})).toBe(
    'http://127.0.0.1:4580',
  );
});
