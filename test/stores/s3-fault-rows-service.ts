import type {FaultRow} from './s3-fault-row.ts';

const object = {key: 'object', operation: 'GetObject'} as const;
const listing = {operation: 'ListObjectsV2'} as const;
const once = {times: 1} as const;

/** What the service, or somebody in its place, says instead of an answer. */
export const serviceFaults = {
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
} as const satisfies Readonly<Record<string, readonly FaultRow[]>>;
