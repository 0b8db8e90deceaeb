import {expect, it} from 'vitest';
import {atprotoFolder} from './atproto.ts';

it('tests against a real PDS are skipped where none is installed, but never in CI', () => {
  expect(atprotoFolder({})).toBeNull();
  expect(atprotoFolder({HEADGATE_TEST_ATPROTO: ''})).toBeNull();
  expect(() => atprotoFolder({CI: 'true'})).toThrow(/atproto-up\.sh/);
  expect(atprotoFolder({CI: 'true', HEADGATE_TEST_ATPROTO: '/tmp/atproto'})).toBe('/tmp/atproto');
});
