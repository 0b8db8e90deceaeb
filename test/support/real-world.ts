import {afterAll, beforeAll} from 'vitest';
import type {RealAccount, RecordWrite} from './real-account.ts';
import {type RealNetwork, startRealNetwork} from './real-network.ts';
import {
  awkwardContents,
  awkwardKeys,
  keyOf,
  manyRecords,
  record,
  unstorableContents,
  worldCollections,
} from './real-records.ts';
import {gone, uriOf, WorldInMaking} from './world-in-making.ts';

/** By turns on the one host and the other. */
const names = [
  'large',
  'awkward',
  'edited',
  'emptied',
  'deactivated',
  'taken-down',
  'deleted',
  'plain-1',
  'plain-2',
  'plain-3',
  'plain-4',
  'plain-5',
];

/** Accounts on two hosts, all of which the relay has seen, and what a backfill of their collections must find. */
export interface RealWorld {
  readonly network: RealNetwork;
  readonly accounts: ReadonlyMap<string, RealAccount>;
  account(name: string): RealAccount;
  /** Every record that a host still serves: its CID by its URI, as the host said when it was written. */
  readonly expected: ReadonlyMap<string, string>;
  /** Those of them that hold U+0000. */
  readonly unstorable: ReadonlySet<string>;
}

/** One world for the whole test file, or for the `describe` that it is called in. */
export function sharedRealWorld(folder: string | null): () => RealWorld {
  let world: RealWorld | null = null;
  beforeAll(async () => {
    if (folder === null)
      throw new Error('a real world needs the folder that test/servers/atproto-up.sh makes');
    world = await fill(await startRealNetwork(folder));
  }, 180_000);
  afterAll(async () => world?.network.close());
  return () => {
    if (world === null) throw new Error('the world is there while tests run, not before');
    return world;
  };
}

async function fill(network: RealNetwork): Promise<RealWorld> {
  const world = new WorldInMaking(network);
  for (const [number, name] of names.entries()) await world.open(name, number);
  await writeAll(world);
  await relayLooks(network);
  await changeSome(world);
  const unstorable = Object.keys(unstorableContents).map(key =>
    uriOf(world.account('awkward'), 'app.example.link', key),
  );
  return {
    network,
    accounts: world.accounts,
    account: name => world.account(name),
    expected: world.expected,
    unstorable: new Set(unstorable),
  };
}

const first = {collection: 'app.example.note', rkey: keyOf(0)} as const;

async function writeAll(world: WorldInMaking): Promise<void> {
  await world.write('large', manyRecords('app.example.play', 1_200));
  await world.write('awkward', await awkwardRecords(world.account('awkward')));
  await world.write('edited', manyRecords('app.example.note', 10));
  await world.write('emptied', [record(first.collection, first.rkey, {text: 'soon gone'})]);
  for (const name of gone) await world.write(name, manyRecords('app.example.play', 5));
  for (const name of names.filter(each => each.startsWith('plain')))
    for (const collection of worldCollections) await world.write(name, manyRecords(collection, 20));
}

async function changeSome(world: WorldInMaking): Promise<void> {
  await world.write('edited', [
    {action: 'update', ...first, value: {$type: first.collection, text: 'as it is now'}},
    {action: 'delete', collection: first.collection, rkey: keyOf(1)},
  ]);
  await world.write('emptied', [{action: 'delete', ...first}]);
  const [takenDown, deleted] = [world.account('taken-down'), world.account('deleted')];
  await world.account('deactivated').deactivate();
  await takenDown.pds.takeDown(takenDown.did);
  await deleted.pds.deleteAccount(deleted.did);
}

async function awkwardRecords(account: RealAccount): Promise<readonly RecordWrite[]> {
  const blob = await account.uploadBlob(Buffer.from('a blob of its own'));
  return [
    ...Object.entries({...awkwardContents, blob: {blob}}).map(([key, content]) =>
      record('app.example.note', key, content),
    ),
    ...Object.entries(unstorableContents).map(([key, content]) => record('app.example.link', key, content)),
    ...awkwardKeys.map(key => record('app.example.play', key, {})),
  ];
}

/** It looks when it is asked, and must have seen what is gone afterwards. */
async function relayLooks({relays: [relay]}: RealNetwork): Promise<void> {
  const response = await fetch(
    `${relay}/xrpc/com.atproto.sync.listReposByCollection?collection=app.example.note`,
  );
  if (!response.ok) throw new Error(`the relay answered ${response.status}: ${await response.text()}`);
}
