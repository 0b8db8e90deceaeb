import {describe, expect, it} from 'vitest';
import {Fault, failureKinds, isRetryable, remedies} from '../../src/core/failure.ts';

describe('a failure', () => {
  it.each([
    ['rate-limited', true],
    ['timeout', true],
    ['server-error', true],
    ['connection', true],
    ['changed', true],
    ['not-found', false],
    ['denied', false],
    ['invalid', false],
    ['too-large', false],
    ['refused', false],
  ] as const)('of kind %s is tried again: %s', (kind, again) => {
    expect(isRetryable(kind)).toBe(again);
  });

  it('of every kind has a remedy, one sentence at least', () => {
    for (const kind of failureKinds) expect(remedies[kind]).toMatch(/^[A-Z].{20,}\.$/s);
    expect(Object.keys(remedies).sort()).toEqual([...failureKinds].sort());
  });

  it('carries what happened as data', () => {
    const cause = new Error('ECONNRESET');
    const fault = new Fault('rate-limited', 'slow down', {host: 'pds.example', retryAfterMs: 3_000, cause});
    expect(fault).toMatchObject({
      kind: 'rate-limited',
      message: 'slow down',
      host: 'pds.example',
      retryAfterMs: 3_000,
      cause,
    });
  });

  it('is as JSON what it is as data, with its message', () => {
    const fault = new Fault('timeout', 'no answer', {host: 'pds.example', cause: new Error('late')});
    expect(JSON.parse(JSON.stringify({fault}))).toEqual({fault: {kind: 'timeout', message: 'no answer'}});
  });
});
