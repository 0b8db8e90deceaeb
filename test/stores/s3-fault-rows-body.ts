import type {FaultRow} from './s3-fault-row.ts';

const object = {key: 'object', operation: 'GetObject'} as const;
const listing = {operation: 'ListObjectsV2'} as const;
const once = {times: 1} as const;
const broken = {
  kind: 'connection',
  message: /^object: the body broke off after \d+ of 400000 bytes|ECONNRESET|aborted|socket hang up/,
} as const;
const nothingCame = {kind: 'timeout', message: /: nothing came for 1 s$/} as const;

/** What happens to connections and bodies, and to conditions and ranges. */
export const bodyFaults = {
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
} as const satisfies Readonly<Record<string, readonly FaultRow[]>>;
