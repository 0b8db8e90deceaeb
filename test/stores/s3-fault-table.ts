import type {FailureKind} from '../../src/core/failure.ts';
import type {S3Fault, S3FaultType} from '../simulators/s3-faults.ts';

/** What is done while a fault is injected; every request that it makes is a real one. */
export type Doing =
  /** One object of 400,000 bytes is hashed. */
  | 'read'
  /** The same, of an object that was written anew after it was listed. */
  | 'read rewritten'
  /** The same, and as soon as a byte was read, the object is written anew, or deleted. */
  | 'read rewriting'
  | 'read deleting'
  /** 40 keys are listed, 4 a page. */
  | 'list'
  /** The same, from the 20th key on. */
  | 'resume'
  | 'middle'
  | 'lookup'
  | 'stated'
  | 'stated rewritten'
  | 'check'
  /** A dry run of all 40 objects, with the engine's retries: `right` is a plan with every key once, and its right hash. */
  | 'run';

export interface FaultRow {
  readonly while: Doing;
  /** Injected together, in this order. */
  readonly faults: readonly S3Fault[];
  /** How often each really happened; a number alone is exact. */
  readonly fired: readonly (number | 'some')[];
  readonly outcome: 'right' | Failed;
}

export interface Failed {
  readonly kind: FailureKind;
  readonly message: RegExp;
  readonly retryAfterMs?: readonly [least: number, most: number];
}

const object = {key: 'object', operation: 'GetObject'} as const;
const listing = {operation: 'ListObjectsV2'} as const;
const once = {times: 1} as const;
const startIgnored = {type: 'start-after-ignored'} as const;
const broken = {
  kind: 'connection',
  message: /^object: the body broke off after \d+ of 400000 bytes|ECONNRESET|aborted|socket hang up/,
} as const;
const nothingCame = {kind: 'timeout', message: /: nothing came for 1 s$/} as const;

/** Every fault that the simulator knows, where it hurts, and what must come of it. */
export const faultTable: Readonly<Record<S3FaultType, readonly FaultRow[]>> = {
  latency: [
    {while: 'read', faults: [{type: 'latency', ms: 50}], fired: [1], outcome: 'right'},
    {while: 'list', faults: [{type: 'latency', ms: 5}], fired: ['some'], outcome: 'right'},
  ],
  error: [
    {
      while: 'read',
      faults: [{type: 'error', code: 'SlowDown', retryAfter: 7, ...object}],
      fired: [1],
      outcome: {kind: 'rate-limited', message: /^object: 503 SlowDown: /, retryAfterMs: [7_000, 7_000]},
    },
    {
      while: 'read',
      faults: [{type: 'error', code: 'TooManyRequests', ...object}],
      fired: [1],
      outcome: {kind: 'rate-limited', message: /^object: 429 TooManyRequests: /},
    },
    {
      while: 'read',
      faults: [{type: 'error', code: 'ServiceUnavailable', retryAfter: new Date('2999-01-01'), ...object}],
      fired: [1],
      outcome: {
        kind: 'rate-limited',
        message: /^object: 503 ServiceUnavailable: /,
        retryAfterMs: [3e13, 4e13],
      },
    },
    {
      while: 'read',
      faults: [
        {type: 'cut-body', after: 1_000, by: 'reset', ...object, ...once},
        {type: 'error', code: 'SlowDown', ...object, skip: 1, ...once},
      ],
      fired: [1, 1],
      outcome: 'right',
    },
    {
      while: 'read',
      faults: [
        {type: 'cut-body', after: 1_000, by: 'reset', ...object, ...once},
        {type: 'error', code: 'SlowDown', retryAfter: 60, ...object, skip: 1, ...once},
      ],
      fired: [1, 1],
      outcome: {kind: 'rate-limited', message: /^object: 503 SlowDown/, retryAfterMs: [60_000, 60_000]},
    },
    {
      while: 'read',
      faults: [{type: 'error', code: 'InternalError', ...object}],
      fired: [1],
      outcome: {kind: 'server-error', message: /^object: 500 InternalError: /},
    },
    {
      while: 'read',
      faults: [{type: 'error', code: 'RequestTimeout', ...object}],
      fired: [1],
      outcome: {kind: 'timeout', message: /^object: 400 RequestTimeout: /},
    },
    {
      while: 'read',
      faults: [{type: 'error', code: 'AccessDenied', ...object}],
      fired: [1],
      outcome: {kind: 'denied', message: /^object: access is denied \(403 AccessDenied: Access Denied\)$/},
    },
    {
      while: 'read',
      faults: [{type: 'error', code: 'InvalidObjectState', ...object}],
      fired: [1],
      outcome: {kind: 'denied', message: /^object: it is archived \(403 InvalidObjectState: /},
    },
    {
      while: 'list',
      faults: [{type: 'error', code: 'NoSuchBucket'}],
      fired: [1],
      outcome: {
        kind: 'not-found',
        message: /^listing the bucket: there is no such bucket \(404 NoSuchBucket: /,
      },
    },
    {
      while: 'lookup',
      faults: [{type: 'error', code: 'NoSuchBucket'}],
      fired: [2],
      outcome: {kind: 'not-found', message: /^object: there is no such bucket/},
    },
    {
      while: 'lookup',
      faults: [{type: 'error', code: 'AccessDenied'}],
      fired: [2],
      outcome: {kind: 'denied', message: /^object: access is denied/},
    },
    {
      while: 'list',
      faults: [{type: 'error', code: 'AccessDenied', ...listing, skip: 1}],
      fired: ['some'],
      outcome: {kind: 'denied', message: /^listing the bucket: access is denied/},
    },
    {
      while: 'run',
      faults: [{type: 'error', code: 'SlowDown', retryAfter: 1, operation: 'GetObject', skip: 1, ...once}],
      fired: [1],
      outcome: 'right',
    },
    {
      while: 'run',
      faults: [{type: 'error', code: 'ServiceUnavailable', operation: 'ListObjectsV2', skip: 3, times: 3}],
      fired: [3],
      outcome: 'right',
    },
    {
      while: 'run',
      faults: [{type: 'error', code: 'InternalError', operation: 'GetObject', skip: 5, times: 5}],
      fired: [5],
      outcome: 'right',
    },
    {
      while: 'run',
      faults: [{type: 'error', code: 'AccessDenied', ...object}],
      fired: [1],
      outcome: {kind: 'denied', message: /^object: access is denied/},
    },
    {
      while: 'stated',
      faults: [{type: 'error', code: 'InternalError', operation: 'HeadObject'}],
      fired: [2],
      outcome: 'right',
    },
  ],
  'wrong-region': [
    {
      while: 'list',
      faults: [{type: 'wrong-region', expected: 'eu-west-1', as: 'PermanentRedirect'}],
      fired: [1],
      outcome: {
        kind: 'invalid',
        message:
          /^listing the bucket: the bucket is in another region \(301 PermanentRedirect: .*; its region is eu-west-1\)$/,
      },
    },
    {
      while: 'list',
      faults: [{type: 'wrong-region', expected: 'eu-west-1', as: 'AuthorizationHeaderMalformed'}],
      fired: [1],
      outcome: {
        kind: 'invalid',
        message:
          /the bucket is in another region \(400 AuthorizationHeaderMalformed: .*; its region is eu-west-1\)$/,
      },
    },
    {
      while: 'check',
      faults: [{type: 'wrong-region', expected: 'eu-west-1', as: 'PermanentRedirect'}],
      fired: [1],
      outcome: {kind: 'invalid', message: /its region is eu-west-1.*--region eu-west-1/s},
    },
  ],
  'expired-token': [
    {
      while: 'read',
      faults: [{type: 'expired-token', accessKeyId: 'simulatorkey', ...object}],
      fired: [1],
      outcome: {kind: 'denied', message: /^object: the credentials have expired \(403 ExpiredToken: /},
    },
    {
      while: 'lookup',
      faults: [{type: 'expired-token', accessKeyId: 'simulatorkey'}],
      fired: [2],
      outcome: {kind: 'denied', message: /^object: the credentials have expired/},
    },
    {
      while: 'run',
      faults: [{type: 'expired-token', accessKeyId: 'simulatorkey', ...object}],
      fired: [1],
      outcome: {kind: 'denied', message: /^object: the credentials have expired/},
    },
  ],
  'clock-skew': [
    {
      while: 'list',
      faults: [{type: 'clock-skew', minutes: 60}],
      fired: [1],
      outcome: {
        kind: 'denied',
        message:
          /this machine's clock is wrong \(403 RequestTimeTooSkewed: .*; it is 60 minutes behind the service's\)$/,
      },
    },
    {
      while: 'check',
      faults: [{type: 'clock-skew', minutes: -60}],
      fired: [1],
      outcome: {
        kind: 'denied',
        message: /it is 60 minutes ahead of the service's.*Set this machine's clock/s,
      },
    },
  ],
  html: [
    {
      while: 'read',
      faults: [{type: 'html', status: 200, ...object}],
      fired: [1],
      outcome: {
        kind: 'server-error',
        message: /^object: the answer does not name its version: is it S3 that answers\?$/,
      },
    },
    {
      while: 'read',
      faults: [{type: 'html', status: 502, ...object}],
      fired: [1],
      outcome: {kind: 'server-error', message: /^object: this is no answer of S3 \(502\)$/},
    },
    {
      while: 'list',
      faults: [{type: 'html', status: 200, ...listing}],
      fired: [1],
      outcome: {kind: 'server-error', message: /answered with not a listing: <!doctype html>/},
    },
    {
      while: 'lookup',
      faults: [{type: 'html', status: 502}],
      fired: [2],
      outcome: {kind: 'server-error', message: /^object: this is no answer of S3 \(502\)$/},
    },
    {
      while: 'run',
      faults: [
        {type: 'html', status: 200, ...listing, skip: 3, times: 2},
        {type: 'html', status: 200, ...object, ...once},
      ],
      fired: [2, 1],
      outcome: 'right',
    },
  ],
  'stalled-headers': [
    {while: 'read', faults: [{type: 'stalled-headers', ...object}], fired: [1], outcome: nothingCame},
    {while: 'list', faults: [{type: 'stalled-headers', ...listing}], fired: [1], outcome: nothingCame},
    {while: 'lookup', faults: [{type: 'stalled-headers'}], fired: [1], outcome: nothingCame},
    {
      while: 'run',
      faults: [
        {type: 'stalled-headers', ...object, ...once},
        {type: 'stalled-headers', ...listing, skip: 4, ...once},
      ],
      fired: [1, 1],
      outcome: 'right',
    },
  ],
  reset: [
    {while: 'read', faults: [{type: 'reset', ...object, ...once}], fired: [1], outcome: 'right'},
    {
      while: 'read',
      faults: [{type: 'reset', ...object}],
      fired: [2],
      outcome: {kind: 'connection', message: /^object: (read ECONNRESET|socket hang up)$/},
    },
    {while: 'list', faults: [{type: 'reset', ...listing, skip: 4, ...once}], fired: [1], outcome: 'right'},
    {
      while: 'list',
      faults: [{type: 'reset', ...listing}],
      fired: [1],
      outcome: {kind: 'connection', message: /^listing the bucket: (read ECONNRESET|socket hang up)$/},
    },
    {while: 'run', faults: [{type: 'reset', skip: 8, times: 6}], fired: [6], outcome: 'right'},
  ],
  'cut-body': [
    ...(['reset', 'close'] as const).flatMap((by): readonly FaultRow[] => [
      {
        while: 'read',
        faults: [{type: 'cut-body', after: 123_456, by, ...object, ...once}],
        fired: [1],
        outcome: 'right',
      },
      {
        while: 'read',
        faults: [{type: 'cut-body', after: 100_000, by, ...object}],
        fired: [3],
        outcome: 'right',
      },
      {while: 'read', faults: [{type: 'cut-body', after: 0, by, ...object}], fired: [1], outcome: broken},
      {
        while: 'list',
        faults: [{type: 'cut-body', after: 300, by, ...listing}],
        fired: [1],
        outcome: {kind: 'connection', message: /^listing the bucket: (aborted|read ECONNRESET)/},
      },
      {
        while: 'read rewriting',
        faults: [{type: 'cut-body', after: 1_000, by, ...object}],
        fired: [1],
        outcome: {
          kind: 'changed',
          message: /^object: it changed since it was listed \(412 PreconditionFailed/,
        },
      },
      {
        while: 'read deleting',
        faults: [{type: 'cut-body', after: 1_000, by, ...object}],
        fired: [1],
        outcome: {kind: 'not-found', message: /^object: 404 NoSuchKey/},
      },
      {
        while: 'run',
        faults: [{type: 'cut-body', after: 10, by, skip: 6, times: 9}],
        fired: [9],
        outcome: 'right',
      },
    ]),
  ],
  'stalled-body': [
    {
      while: 'read',
      faults: [{type: 'stalled-body', after: 123_456, ...object, ...once}],
      fired: [1],
      outcome: 'right',
    },
    {while: 'read', faults: [{type: 'stalled-body', after: 0, ...object}], fired: [1], outcome: nothingCame},
    {
      while: 'list',
      faults: [{type: 'stalled-body', after: 300, ...listing}],
      fired: [1],
      outcome: nothingCame,
    },
    {
      while: 'run',
      faults: [{type: 'stalled-body', after: 10, skip: 9, times: 2}],
      fired: [2],
      outcome: 'right',
    },
  ],
  'wrong-length': [
    ...([-3, +3] as const).flatMap((off): readonly FaultRow[] => [
      {
        while: 'read',
        faults: [{type: 'wrong-length', off, sends: 'declared', ...object}],
        fired: [1],
        outcome: {
          kind: 'server-error',
          message: new RegExp(
            `^object: ${400_000 + off} bytes are announced, where 400000 of 400000 were expected$`,
          ),
        },
      },
      {
        while: 'read',
        faults: [{type: 'wrong-length', off, sends: 'object', ...object}],
        fired: [1],
        outcome: {kind: 'server-error', message: /bytes are announced/},
      },
      {
        while: 'run',
        faults: [{type: 'wrong-length', off, sends: 'declared', ...object, ...once}],
        fired: [1],
        outcome: 'right',
      },
    ]),
    {
      while: 'list',
      faults: [{type: 'wrong-length', off: -30, sends: 'declared', ...listing}],
      fired: [1],
      outcome: {kind: 'server-error', message: /answered with not a listing/},
    },
    {
      while: 'read',
      faults: [
        {type: 'cut-body', after: 1_000, by: 'close', ...object, ...once},
        {type: 'wrong-length', off: -3, sends: 'declared', ...object, ...once},
      ],
      fired: [1, 1],
      outcome: 'right',
    },
  ],
  'if-match-ignored': [
    {
      while: 'read rewritten',
      faults: [{type: 'if-match-ignored'}],
      fired: [1],
      outcome: {
        kind: 'changed',
        message: /^object: it changed since it was listed \(its ETag is ".*", where ".*" was listed\)$/,
      },
    },
    {
      while: 'read rewriting',
      faults: [{type: 'cut-body', after: 1_000, by: 'close', ...object, ...once}, {type: 'if-match-ignored'}],
      fired: [1, 1],
      outcome: {kind: 'changed', message: /its ETag is/},
    },
    {while: 'stated rewritten', faults: [{type: 'if-match-ignored'}], fired: [1], outcome: 'right'},
  ],
  'range-ignored': [
    {
      while: 'read',
      faults: [
        {type: 'cut-body', after: 300_000, by: 'close', ...object, ...once},
        {type: 'range-ignored', ...object},
      ],
      fired: [1, 1],
      outcome: 'right',
    },
    {
      while: 'read',
      faults: [
        {type: 'cut-body', after: 300_000, by: 'close', ...object},
        {type: 'range-ignored', ...object},
      ],
      fired: [4, 3],
      outcome: broken,
    },
  ],
  'truncated-without-token': [
    {while: 'list', faults: [{type: 'truncated-without-token'}], fired: ['some'], outcome: 'right'},
    {
      while: 'list',
      faults: [{type: 'truncated-without-token'}, startIgnored],
      fired: ['some', 'some'],
      outcome: {kind: 'server-error', message: /is truncated, and does not say where it goes on$/},
    },
  ],
  'unsorted-page': [
    {
      while: 'list',
      faults: [{type: 'unsorted-page', ...once}],
      fired: [1],
      outcome: {kind: 'invalid', message: /went back from 01\/1 to 01\/0: its keys are not in byte order/},
    },
    {
      while: 'list',
      faults: [{type: 'unsorted-page', skip: 4}],
      fired: ['some'],
      outcome: {kind: 'invalid', message: /went back/},
    },
  ],
  'duplicate-key': [
    {
      while: 'list',
      faults: [{type: 'duplicate-key', ...once}],
      fired: [1],
      outcome: {kind: 'invalid', message: /went back from 01\/0 to 01\/0/},
    },
    {
      while: 'list',
      faults: [{type: 'duplicate-key', skip: 4}],
      fired: ['some'],
      outcome: {kind: 'invalid', message: /went back/},
    },
  ],
  'start-after-ignored': [
    {while: 'list', faults: [startIgnored], fired: ['some'], outcome: 'right'},
    {while: 'list', faults: [{...startIgnored, skip: 5}], fired: ['some'], outcome: 'right'},
    {while: 'resume', faults: [startIgnored], fired: ['some'], outcome: 'right'},
    {while: 'middle', faults: [startIgnored], fired: [1], outcome: 'right'},
    {while: 'run', faults: [startIgnored], fired: ['some'], outcome: 'right'},
    {
      while: 'run',
      faults: [startIgnored, {type: 'reset', ...listing, skip: 6, times: 2}],
      fired: ['some', 2],
      outcome: 'right',
    },
  ],
  'continuation-expired': [
    {while: 'list', faults: [{type: 'continuation-expired'}], fired: [0], outcome: 'right'},
    {
      while: 'list',
      faults: [startIgnored, {type: 'continuation-expired', skip: 3}],
      fired: ['some', 1],
      outcome: {kind: 'server-error', message: /The continuation token provided is incorrect/},
    },
    {
      while: 'run',
      faults: [startIgnored, {type: 'continuation-expired', skip: 3, ...once}],
      fired: ['some', 1],
      outcome: 'right',
    },
  ],
  'token-loop': [
    {while: 'list', faults: [{type: 'token-loop'}], fired: ['some'], outcome: 'right'},
    {
      while: 'list',
      faults: [startIgnored, {type: 'token-loop', skip: 5}],
      fired: ['some', 1],
      outcome: {kind: 'invalid', message: /repeats itself: it would never end$/},
    },
  ],
  'token-back': [
    {while: 'list', faults: [{type: 'token-back'}], fired: ['some'], outcome: 'right'},
    {
      while: 'list',
      faults: [startIgnored, {type: 'token-back', skip: 5}],
      fired: ['some', 2],
      outcome: {kind: 'invalid', message: /went back from \d\d\/\d to 01\/0/},
    },
  ],
  'empty-page': [
    {
      while: 'list',
      faults: [
        {type: 'empty-page', skip: 3, ...once},
        {type: 'token-back', skip: 3, ...once},
      ],
      fired: [1, 1],
      outcome: 'right',
    },
    {
      while: 'list',
      faults: [
        {type: 'empty-page', skip: 1},
        {type: 'truncated-without-token', skip: 1},
      ],
      fired: ['some', 'some'],
      outcome: {kind: 'server-error', message: /does not say where it goes on$/},
    },
    {while: 'list', faults: [{type: 'empty-page', skip: 2, times: 5}], fired: [5], outcome: 'right'},
    {
      while: 'list',
      faults: [startIgnored, {type: 'empty-page', skip: 2, times: 5}],
      fired: ['some', 5],
      outcome: 'right',
    },
    {
      while: 'list',
      faults: [{type: 'empty-page', skip: 1}],
      fired: ['some'],
      outcome: {kind: 'invalid', message: /repeats itself: it would never end$/},
    },
  ],
};
