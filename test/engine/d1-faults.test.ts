import {describe, expect, it} from 'vitest';
import {
  badGateway,
  type CloudflareFault,
  connectionReset,
  gatewayTimeout,
  type Lands,
  rateLimited,
  silence,
  stalledBody,
  transient,
  truncatedJson,
  unsuccessful,
} from '../simulators/cloudflare-faults.ts';
import type {FaultLimits} from '../simulators/cloudflare-injected.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {type D1Bench, expectNothingLeft, filesOf, makeD1Bench} from '../support/d1-bench.ts';
import {goLive, rehearse} from '../support/engine.ts';

/** One fault at one place of a live run: it ends as an undisturbed one does, and no page is written twice. */

const simulator = sharedSimulator();

const pageCommit = /inserted \+ changes\(\)/;
const places: Readonly<Record<string, FaultLimits>> = {
  'the probe': {matches: /pragma_table_x?info/},
  'the gates': {matches: /name IN \(SELECT value/},
  'the bookmark': {operation: 'bookmark'},
  'the claim of the lease, with its tables': {matches: /CREATE TABLE IF NOT EXISTS headgate_lease/},
  'the trial of atomicity': {matches: /VALUES \(\?1, \?2, 0, \?3\)/},
  'the look after the trial': {matches: /SELECT 1 FROM headgate_marks/},
  'the read of a decision': {matches: /WHERE key IN \(SELECT value FROM json_each/},
  'the commit of a page': {matches: pageCommit},
  'the commit of a later page': {matches: pageCommit, skip: 1},
  'the release of the lease': {matches: /SET run = NULL/},
  'an invariant': {matches: /AS breaks/, skip: 1},
  'the rows side by side with the listing': {matches: /WHERE key >= \?1/},
};
const writes = Object.keys(places).filter(place => /claim|trial of|commit|release/.test(place));
const commits = writes.filter(place => place.includes('commit'));

/** Short, so that an answer which never comes is not waited for long; a good one takes some ten milliseconds. */
const requestMs = 1_000;

/** Two pages. */
const objects = 6;
const pages = 2;

interface Reference {
  readonly tally: unknown;
  readonly files: unknown;
}
let reference: Promise<Reference> | null = null;

async function undisturbed(): Promise<Reference> {
  const bench = await makeD1Bench(simulator(), {objects});
  const {record} = await goLive(bench, (await rehearse(bench)).record);
  expect(record).toMatchObject({status: 'completed', tally: {inserted: 4, updated: 2, rows: 6, pending: 0}});
  await expectNothingLeft(bench);
  const files = await filesOf(bench);
  await simulator().reset();
  return {tally: record.tally, files};
}

function commitsOf({cloudflare}: D1Bench): number {
  return cloudflare.requests.filter(({batch}) => batch.some(({sql}) => pageCommit.test(sql))).length;
}

async function survives(fault: CloudflareFault, limits: FaultLimits): Promise<number> {
  reference ??= undisturbed();
  const expected = await reference;
  const bench = await makeD1Bench(simulator(), {objects, account: {requestMs}});
  const plan = await rehearse(bench);
  const injected = simulator().inject(fault, limits);
  const live = await goLive(bench, plan.record);
  expect(live.error).toBeNull();
  expect(live.record).toMatchObject({status: 'completed', tally: expected.tally});
  expect(injected.fired).toBe(limits.times ?? 1);
  expect(await filesOf(bench)).toEqual(expected.files);
  await expectNothingLeft(bench);
  const before = await simulator().sql('SELECT * FROM files');
  for (const status of await injected.release()) expect([200, 400]).toContain(status);
  expect(await simulator().sql('SELECT * FROM files')).toEqual(before);
  return commitsOf(bench);
}

describe('a gateway that gave up', () => {
  it.each(Object.entries(places))('before %s', async (_, limits) => {
    await survives(gatewayTimeout('never'), limits);
  });

  it.each(writes)('after %s', async place => {
    const sent = await survives(gatewayTimeout('before-answer'), places[place] ?? {});
    if (commits.includes(place)) expect(sent).toBe(pages);
  });

  it.each(writes)('long before %s landed', async place => {
    await survives(gatewayTimeout('on-release'), places[place] ?? {});
  });
});

const everyFault: readonly (readonly [string, (lands: Lands) => CloudflareFault])[] = [
  ['a lost connection', lands => transient('Network connection lost.', {lands})],
  [
    'a reset of the object',
    lands => transient('D1 DB storage operation exceeded timeout which caused object to be reset.', {lands}),
  ],
  [
    'an overload',
    lands => transient('D1 DB is overloaded. Requests queued for too long.', {lands, status: 400}),
  ],
  ['a TCP reset', connectionReset],
  ['a page of HTML', badGateway],
  ['success: false', unsuccessful],
  ['silence', silence],
];

describe.each<[string, CloudflareFault]>([
  ['a body that stalls', stalledBody()],
  ['half an answer', truncatedJson()],
])('%s', (_, fault) => {
  it('after a page was committed: it is not written again', async () => {
    expect(await survives(fault, places['the commit of a later page'] ?? {})).toBe(pages);
  });

  it('to a read: it is asked again', async () => {
    await survives(fault, places['the read of a decision'] ?? {});
  });
});

it.each(['the gates', 'the claim of the lease, with its tables', 'the commit of a page'])(
  '429 at %s: nothing was done, and it is asked again when that is allowed',
  async place => {
    await survives(rateLimited({retryAfter: 0}), places[place] ?? {});
  },
);

describe.each(everyFault)('%s', (_, fault) => {
  it('before a page was committed', async () => {
    await survives(fault('never'), places['the commit of a page'] ?? {});
  });

  it('after a page was committed: it is not written again', async () => {
    expect(await survives(fault('before-answer'), places['the commit of a later page'] ?? {})).toBe(pages);
  });
});

it('silence, and the page lands when the run is over: the database refuses it', async () => {
  await survives(silence('on-release'), places['the commit of a page'] ?? {});
});
