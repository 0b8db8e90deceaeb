import {findBackfill} from '../../src/backfills/registry.ts';
import {entryRow} from '../../src/console/list-rows.ts';
import {planDialog} from '../../src/console/plan-dialog.ts';
import type {RunView} from '../../src/console/run-view.ts';
import type {SetupView} from '../../src/console/state.ts';
import type {Snapshot} from '../../src/core/event.ts';
import {type Case, facts, setup, state, viewed} from './console-states.ts';
import {awkwardKeys, live, liveId, now, plan} from './frame-facts.ts';
import {measuredCheck} from './measured-facts.ts';
import {gates, review} from './review-facts.ts';
import {following, localLimit} from './run-views.ts';

/** What the operator sees of files on their way to a provider. */

const {title, rehearsal, words} = findBackfill('uploads');
const scope = {user: '7', provider: 'pixverse', prefix: '', startAfter: '', maxItems: null};
const gigabyte = 1024 ** 3;

function uploadsSetup(changes: Partial<SetupView> = {}): SetupView {
  return setup({
    name: 'uploads',
    backfill: 'uploads',
    title,
    rehearsal,
    words,
    source: '/home/mira/videos',
    target: 'assets.sqlite',
    targetName: 'assets.sqlite',
    whose: {user: '7', provider: 'pixverse'},
    ...changes,
  });
}

const planned = plan({backfill: 'uploads', scope, targetName: 'assets.sqlite'});
const writing = live(
  {backfill: 'uploads', scope, status: 'running', finishedAt: null},
  {inserted: 40, updated: 3, unchanged: 9, pending: 48, rows: 43},
);

const underWay: NonNullable<Snapshot['underWay']> = {
  inspected: 100,
  applied: 45,
  moved: 1.2 * gigabyte,
  unrecorded: 12,
  motions: [
    {key: `clips/${awkwardKeys[0]}`, doing: 'uploading', bytes: 4.6 * gigabyte, of: 10 * gigabyte},
    {key: 'clips/the whole concert.mov', doing: 'uploading', bytes: 0, of: 2 * gigabyte},
    {key: 'clips/on the way.mov', doing: 'hashing', bytes: gigabyte, of: gigabyte},
  ],
};

function atWork(view: 'run' | 'runbook', run: RunView, record = writing): Case['state'] {
  const standing = facts({plan: {...planned, usedBy: liveId}, live: record, newest: record});
  return state({
    ...viewed(view),
    setups: [uploadsSetup({facts: standing, atWork: run.ended === null ? run.run : null})],
    runs: {[run.run]: run},
  });
}

const uploading = following(writing, {snapshot: {expected: 100, underWay, limits: [localLimit]}});

const stoppedBy = {by: 'operator', message: 'paused by the operator'} as const;
const resting = live(
  {backfill: 'uploads', scope, status: 'paused', stopReason: stoppedBy, finishedAt: now - 4_000},
  {inserted: 40, updated: 3, unchanged: 9, pending: 0, rows: 43},
);
const paused: RunView = {
  ...following(resting, {snapshot: {expected: 100, underWay}}),
  ended: {reason: stoppedBy, seconds: 31, at: now - 4_000},
};

const reviewed = uploadsSetup({
  facts: facts({plan: planned}),
  review: {
    state: 'ready',
    plan: planned.id,
    at: now - 81_000,
    review: {
      ...review,
      uploads: {items: 72, bytes: 52 * 1024 * 1024, isLocal: false},
      requests: {source: 0, target: 129, provider: 288},
      notes: {'already uploaded': 19, linked: 4, similar: 1},
      warned: [{key: 'photos/0031 brighter.png', note: 'similar: photos/0031.png, looks the same'}],
    },
  },
  gates,
});

const unchanged = entryRow(
  {
    key: 'clips/0001.mp4',
    bytes: 0,
    action: 'unchanged',
    fingerprint: null,
    notes: ['already uploaded: asset 12'],
  },
  null,
);

export const uploadCases: readonly Case[] = [
  {
    name: 'a run says how many are hashed and uploaded, and how far the largest are',
    state: atWork('run', uploading),
    says: ['hashed 100', 'uploaded 45, 1.2 GiB · 12 not recorded yet', 'uploading', '46 %', 'of 10.0 GiB'],
    saysMore: ['hashed 100 of 100 so far', '4.6 GiB of 10.0 GiB'],
  },
  {
    name: 'the guided steps say it too',
    state: atWork('runbook', uploading),
    says: ['hashed 100', 'uploaded 45, 1.2 GiB · 12 not recorded yet', '46 %'],
  },
  {
    name: 'a run that was paused says what is uploaded, and what of it is not recorded yet',
    state: atWork('run', paused, resting),
    says: ['45 files uploaded, 1.2 GiB', '12 files are uploaded and not recorded yet: a resume'],
  },
  {
    name: 'the guided steps say what a paused run has uploaded',
    state: atWork('runbook', paused, resting),
    says: ['45 files uploaded, 1.2 GiB', '12 files are uploaded and not recorded yet'],
  },
  {
    name: 'the guided steps cut no word of what a plan comes to',
    state: state({
      ...viewed('runbook'),
      setups: [
        uploadsSetup({
          facts: facts({
            plan: plan(
              {backfill: 'uploads', scope, targetName: 'assets.sqlite'},
              {inserted: 68, updated: 4, unchanged: 20, skipped: 1},
            ),
          }),
        }),
      ],
    }),
    says: ['93 listed · 72 to change · 20 unchanged', 'see what is written, then type the target name'],
    saysMore: ['20 unchanged · 1 skipped'],
    saysNot: ['1 sk…'],
  },
  {
    name: 'the overview says where files go, and for whom',
    state: state({...viewed('overview'), setups: [uploadsSetup()]}),
    says: ['uploads', 'each content once'],
  },
  {
    name: 'the review says what is uploaded, and names what looks alike',
    state: state({...viewed('review'), setups: [reviewed]}),
    says: ['72 files, 52.0 MiB, to pixverse for user 7', '19 already uploaded'],
    saysMore: [
      'press 3: enter on a count names each, also the 67 unchanged',
      '0031 brighter.png: similar',
      '72 files once more, as they are uploaded',
      '288 to the provider',
      'for uploading 4 s at 100 Mbit/s',
    ],
  },
  {
    name: 'the confirmation says what is uploaded, and where to',
    state: state({...viewed('review'), setups: [reviewed], dialog: planDialog(reviewed)}),
    says: ['files to insert', 'It uploads 72 files, 52.0 MiB, to pixverse for user 7.', 'type assets.sqlite'],
  },
  {
    name: 'the guided steps say what was broken before the run as well',
    state: state({
      ...viewed('runbook'),
      setups: [
        uploadsSetup({
          facts: facts({
            plan: {...planned, usedBy: liveId},
            live: live({backfill: 'uploads', scope}),
            checks: [
              measuredCheck(
                {
                  id: 'hash-matches-bytes',
                  title: 'hashes match the bytes',
                  count: 1,
                  counts: ['object', 'objects'],
                  note: '25 read; no run has recorded the wrong one',
                },
                {backfill: 'uploads', before: 1},
              ),
            ],
          }),
        }),
      ],
    }),
    says: ['hashes match the bytes: 1 object (before this run'],
    saysMore: ['(before this run too; 25 read; no run has recorded the wrong one; 5 shows which)'],
  },
  {
    name: 'a list says of each file why it is left as it is',
    state: state({
      ...viewed('items', {of: 'part', title: 'unchanged: 20260801-1201-p7q2'}),
      setups: [uploadsSetup()],
      lists: {part: {state: 'ready', message: null, hasMore: false, rows: [unchanged]}},
    }),
    says: ['> clips/0001.mp4 already uploaded: asset 12'],
  },
];
