import {readCar} from '@atproto/repo';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {LocalNetwork} from '../../../src/sandbox/network/network.ts';
import type {AccountStatus} from '../../../src/sandbox/network/spec.ts';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {atprotoFolder} from '../../support/atproto.ts';
import {type RealNetwork, startRealNetwork} from '../../support/real-network.ts';
import {hostOf, match} from './asking.ts';

/** What the local network answers, a real PDS of the reference implementation answers in the same words. */

const folder = atprotoFolder();

const link = 'bafyreiddvls3e6vv3emkc5yo2gh4uwkmfzv23kr4z6vttasfz3g4rblede';
const contentOf = (n: number) => ({
  $type: match,
  text: 'é 🚢 \u0000',
  n,
  nested: {longer: [{$link: link}], a: {$bytes: 'AAEC'}},
});
const records = {aaa: contentOf(1), bbb: contentOf(2), ccc: contentOf(3)};

/** Handles of a real PDS are long, and none that are kept for others. */
const accounts: Readonly<Record<string, {readonly host: 'one' | 'two'; readonly status: AccountStatus}>> = {
  alicia: {host: 'one', status: 'active'},
  'gone-away': {host: 'one', status: 'deactivated'},
  'taken-down': {host: 'one', status: 'takendown'},
  'all-gone': {host: 'one', status: 'deleted'},
  elsewhere: {host: 'two', status: 'active'},
  nothing: {host: 'one', status: 'active'},
};
const nobody = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa';

async function realWorld(at: string): Promise<RealNetwork & {readonly dids: ReadonlyMap<string, string>}> {
  const network = await startRealNetwork(at, {pdses: 2, rateLimits: true});
  onTestFinished(() => network.close());
  const [one, two] = network.pdses;
  if (one === undefined || two === undefined) throw new Error('there are not two hosts');
  const dids = new Map<string, string>();
  for (const [name, {host, status}] of Object.entries(accounts)) {
    const pds = host === 'one' ? one : two;
    const account = await pds.createAccount(name);
    const writes = Object.entries(records).map(([rkey, value]) => ({
      action: 'create' as const,
      collection: match,
      rkey,
      value,
    }));
    if (name !== 'nothing') await account.write(writes);
    if (status === 'deactivated') await account.deactivate();
    if (status === 'takendown') await pds.takeDown(account.did);
    if (status === 'deleted') await pds.deleteAccount(account.did);
    dids.set(name, account.did);
  }
  return {...network, dids};
}

function localWorld(): Promise<LocalNetwork> {
  return networkUnderTest({
    hosts: {one: {limit: {requests: 3_000, repositories: 6_000, seconds: 300, announces: 'both'}}, two: {}},
    accounts: Object.entries(accounts).map(([name, account]) => ({
      name,
      ...account,
      ...(name !== 'nothing' && {records: {[match]: records}}),
    })),
  });
}

const ofEach = [
  `repo.listRecords?collection=${match}&repo=`,
  `repo.getRecord?collection=${match}&rkey=bbb&repo=`,
  `repo.getRecord?collection=${match}&rkey=zzz&repo=`,
  'sync.getRepo?did=',
  'sync.getRepoStatus?did=',
  'sync.getLatestCommit?did=',
  `sync.getRecord?collection=${match}&rkey=bbb&did=`,
];

const beside = [
  `repo.listRecords?repo={alicia}&collection=${match}&limit=2`,
  `repo.listRecords?repo={alicia}&collection=${match}&limit=2&cursor=bbb`,
  `repo.listRecords?repo={alicia}&collection=${match}&limit=2&cursor=aaa`,
  `repo.listRecords?repo={alicia}&collection=${match}&limit=2&cursor=aaa&reverse=true`,
  `repo.listRecords?repo={alicia}&collection=${match}&cursor=bbb0&reverse=true`,
  `repo.listRecords?repo=alicia.test&collection=${match}&limit=1`,
  'repo.listRecords?repo={alicia}&collection=games.headgate.play.nothing',
  `repo.listRecords?repo={alicia}&collection=${match}&limit=101`,
  `repo.listRecords?repo={alicia}&collection=${match}&limit=0`,
  'repo.listRecords?repo={alicia}&collection=nothing',
  'repo.listRecords?repo={alicia}',
  `repo.listRecords?collection=${match}`,
  'repo.describeRepo?repo={gone-away}',
  'repo.describeRepo?repo={taken-down}',
  'repo.describeRepo?repo={all-gone}',
  'sync.getRepo?did=nonsense',
  'sync.listRepos',
  'sync.listRepos?limit=2',
  'sync.listRepos?limit=1001',
  'sync.listRepos?cursor=x',
  'identity.resolveHandle?handle=alicia.test',
  'identity.resolveHandle?handle=nobody.test',
];

const asked = [...Object.keys(accounts), nobody].flatMap(who =>
  ofEach.map(method => `${method}${who === nobody ? who : `{${who}}`}`),
);

describe.skipIf(folder === null)('the local network', {timeout: 120_000}, () => {
  it('answers as a real PDS does, word for word', async () => {
    const real = await realWorld(folder ?? '');
    const local = await localWorld();
    const ofReal = answersOf(real.pdses[0]?.origin ?? '', name => real.dids.get(name) ?? '');
    const ofLocal = answersOf(hostOf(local, 'one').origin, local.didOf);
    for (const question of [...asked, ...beside])
      expect({question, ...(await ofLocal(question))}).toEqual({question, ...(await ofReal(question))});
    for (const path of [nobody, 'did:plc:short'])
      expect(await messageOf(local.plc, path)).toEqual(await messageOf(real.plc, path));
  });

  it('sends the blocks of a CAR in the order in which a real PDS does', async () => {
    const real = await realWorld(folder ?? '');
    const address = `${real.pdses[0]?.origin}/xrpc/com.atproto.sync.getRepo?did=${real.dids.get('alicia')}`;
    const {blocks} = await readCar(await (await fetch(address)).bytes());
    const cids = blocks.cids().map(String);
    expect(cids.length).toBeGreaterThan(4);
    expect(cids).toEqual(cids.toSorted().reverse());
  });
});

/** What a host answers, with the names of accounts for their DIDs, and without what is different each time. */
function answersOf(origin: string, didOf: (name: string) => string) {
  return async (question: string) => {
    const path = question.replaceAll(/\{([\w-]+)\}/g, (_, name) => didOf(name));
    const {status, headers, ...response} = await answerOf(`${origin}/xrpc/com.atproto.${path}`);
    const told = ['content-type', 'ratelimit-limit', 'ratelimit-policy', 'retry-after'].map(name =>
      headers.get(name),
    );
    if (headers.get('content-type')?.includes('car')) return {status, told};
    let body = response.text;
    for (const name of Object.keys(accounts)) body = body.replaceAll(didOf(name), `{${name}}`);
    const varying = /"(rev|head)":"\w+"|"cid":"\w+"(?=,"rev")|"cursor":"\d+::/g;
    return {status, told, body: body.replaceAll(varying, found => found.replace(/:".*/, ': …'))};
  };
}

async function answerOf(address: string) {
  const response = await fetch(address);
  return {status: response.status, headers: response.headers, text: await response.text()};
}

async function messageOf(plc: string, path: string): Promise<readonly [number, string]> {
  const {status, text} = await answerOf(`${plc}/${path}`);
  return [status, text];
}
