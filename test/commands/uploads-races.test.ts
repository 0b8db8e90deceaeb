import {describe, expect, it} from 'vitest';
import {lastSummary, UploadsCrashWorld} from '../crash/uploads-crash-world.ts';
import {bucketPlace} from '../crash/uploads-places.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {sha256} from './uploads-world.ts';

/** What somebody else writes into the table between the check of a content and the commit of its row. */

const simulator = sharedSimulator({databases: []});
const hash = sha256('what video 0 shows');
const object = `u/7/${hash.slice(0, 2)}/${hash}.mp4`;

/** One file whose PUT is refused once, and a statement that is made then. */
async function overtaken(statement: string) {
  const provider = await bucketPlace(simulator());
  const world = new UploadsCrashWorld({provider});
  await world.prepare();
  world.writeVideos(1);
  const plan = await world.rehearsed();
  const refused = provider.proxy.inject(
    'PutObject',
    {type: 'status', status: 503, code: 'SlowDown'},
    {times: 1},
  );
  const written = refused.then(() => world.sql(statement));
  const live = await world.headgate(world.liveArgs(plan));
  await written;
  const undo = async () => {
    const undone = await world.headgate(world.undoArgs(String(lastSummary(live)['run'])));
    return {...lastSummary(undone), ...(await world.outcome())};
  };
  return {world, live, summary: lastSummary(live), rows: world.rows(), outcome: await world.outcome(), undo};
}

const insert = (row: Readonly<Record<string, string>>) =>
  `INSERT INTO assets (${Object.keys(row)}) VALUES (${Object.values(row).map(value => `'${value}'`)})`;

describe('a row that appears between check and commit', () => {
  it('of the same user and hash, at another provider: the provider is added to it, and it counts as updated', async () => {
    const row = {user_id: '7', sha256: hash, provider_id: 'runway', provider_uploads: '{"runway":"r-1"}'};
    const {summary, rows, live, undo} = await overtaken(insert(row));
    expect(live.code).toBe(0);
    expect(summary).toMatchObject({status: 'completed', listed: 1, inserted: 0, updated: 1, rows: 1});
    expect(rows).toMatchObject([{...row, provider_uploads: `{"runway":"r-1","archive":"${object}"}`}]);
    const undone = await undo();
    expect(undone).toMatchObject({status: 'completed', updated: 1, deleted: 0, objects: {}});
    expect(undone.rows).toMatchObject([row]);
  });

  it('of the same user and hash, at this provider: it stands as it is, and counts as unchanged', async () => {
    const row = {user_id: '7', sha256: hash, provider_id: 'archive', provider_asset_id: object};
    const {summary, rows, live, outcome, undo} = await overtaken(insert(row));
    expect(live.code).toBe(0);
    expect(summary).toMatchObject({status: 'completed', listed: 1, inserted: 0, updated: 0, unchanged: 1});
    expect(rows).toMatchObject([{...row, provider_uploads: null}]);
    expect(outcome.objects).toEqual({[object]: hash});
    // Nothing of it is this run's.
    const undone = await undo();
    expect(undone.objects).toEqual({[object]: hash});
    expect(undone.rows).toMatchObject([row]);
  });

  it('of the same user, with a map that can not be read: nothing is lost of it, and the upload is left to be looked at', async () => {
    const row = {user_id: '7', sha256: hash, provider_id: 'runway', provider_uploads: 'runway, I think'};
    const {summary, rows, live} = await overtaken(insert(row));
    expect(live.code).toBe(5);
    expect(summary).toMatchObject({status: 'incomplete', listed: 1, inserted: 0, updated: 0, skipped: 1});
    expect(rows).toMatchObject([row]);
  });

  it('of another user: both have a row', async () => {
    const row = {user_id: '8', sha256: hash, provider_id: 'archive', provider_asset_id: 'theirs'};
    const {summary, rows} = await overtaken(insert(row));
    expect(summary).toMatchObject({status: 'completed', inserted: 1});
    expect(rows).toMatchObject([row, {user_id: '7', sha256: hash, provider_id: 'archive'}]);
  });
});

it('two runs that are planned at once make one row and one object of a content', async () => {
  const provider = await bucketPlace(simulator());
  const world = new UploadsCrashWorld({provider});
  await world.prepare();
  world.writeVideos(2);
  const plans = [await world.rehearsed(), await world.rehearsed()];
  const [first, second] = [
    await world.headgate(world.liveArgs(plans[0] ?? '')),
    await world.headgate(world.liveArgs(plans[1] ?? '')),
  ];
  expect(lastSummary(first)).toMatchObject({status: 'completed', inserted: 2});
  expect(lastSummary(second)).toMatchObject({status: 'completed', inserted: 0, unchanged: 2});
  expect(world.rows()).toHaveLength(2);
  expect(provider.proxy.count('PutObject')).toBe(2);
});
