import {describe, expect, it} from 'vitest';
import {defaultBudgets} from '../../../src/core/budget.ts';
import {type FaultData, remedies} from '../../../src/core/failure.ts';
import {remedyFor, troubles} from '../../../src/core/troubleshooting.ts';
import type {RunResult} from '../../../src/engine/execution.ts';
import {extraordinary, worldSpec} from '../../../src/sandbox/network/world.ts';
import {collections} from '../../../src/sandbox/network/world-lexicons.ts';
import type {NetworkFault} from '../../simulators/network-fault-kinds.ts';
import {makeRecords, type RecordsBench, unrehearsed} from '../../support/records.ts';
import {pgliteHost} from '../../support/target-host.ts';
import {note, numbered} from './worlds.ts';

/** Every failure is to be told, and none is the run's. */
const patient = {budgets: {...defaultBudgets, failureShare: 1, failuresInARow: 100_000}};
const listRecords = 'com.atproto.repo.listRecords';
const getRepo = 'com.atproto.sync.getRepo';
const someCid = 'bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a';

/** What nobody can do anything about who reads records of others. */
const ofOthers =
  /bucket|endpoint|\bD1\b|AWS|Cloudflare|service or disk|user that runs|at its source|dry run leaves/;

function rowOf(symptom: RegExp): string {
  const found = troubles.filter(trouble => symptom.test(trouble.symptom));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${symptom} names ${found.length} rows`);
  return only.remedy;
}

/** What went wrong with an account's repository, or with the first of its records that failed. */
async function faultsOf({ledger, network}: RecordsBench, {record: {id}}: RunResult) {
  const faults = new Map<string, FaultData>();
  for (const {partition, kind, message} of await ledger.openItems.partitionFailures(id))
    faults.set(network.nameOf(partition) ?? partition, {kind, message});
  for (const {key, kind, message} of await ledger.openItems.after(id, '', 10_000, {outcomes: ['failed']})) {
    const did = key.split('/')[2] ?? '';
    const name = network.nameOf(did) ?? did;
    if (kind !== null && !faults.has(name)) faults.set(name, {kind, message});
  }
  return faults;
}

function expectRemedy(what: string, fault: FaultData | undefined, remedy: string): void {
  const told = fault === undefined ? 'no failure' : remedyFor(fault);
  expect([what, fault?.message, told]).toEqual([what, fault?.message, remedy]);
  expect(told).not.toMatch(ofOthers);
}

const ofPages: readonly (readonly [NetworkFault, symptom: RegExp])[] = [
  [{type: 'wrong-cid', as: someCid}, /another CID/],
  [{type: 'missing-field', name: 'cid'}, /another CID/],
  [{type: 'large-record', length: 1_100_000}, /larger or deeper/],
  [{type: 'deep-record', levels: 40}, /larger or deeper/],
  [{type: 'raw-value', json: '[1]'}, /larger or deeper/],
  [{type: 'foreign-uri', part: 'did', as: 'did:plc:else'}, /another account or collection/],
  [{type: 'unsorted-page'}, /goes round/],
  [{type: 'repeated-cursor'}, /goes round/],
  [{type: 'truncated', after: -10}, /goes round/],
  [{type: 'oversized', bytes: 17_000_000}, /goes round/],
  [{type: 'error', status: 400, error: 'InvalidRequest', message: 'no'}, /goes round/],
  [{type: 'redirect', to: 'http://169.254.169.254/latest', status: 302}, /goes round/],
  [{type: 'html', status: 200}, /goes round/],
  [{type: 'html', status: 401}, /^401 or 403/],
  [{type: 'html', status: 403}, /^401 or 403/],
  [{type: 'html', status: 404}, /no such repository/],
  [{type: 'html', status: 502}, /^5xx/],
  [{type: 'error', status: 503}, /^5xx/],
  [{type: 'cut-body', after: 900, by: 'close'}, /refuses connections/],
  [{type: 'reset'}, /refuses connections/],
];

const ofCars: readonly (readonly [NetworkFault, symptom: RegExp])[] = [
  [{type: 'truncated', after: -10}, /goes round/],
  [{type: 'missing-block', which: 'record'}, /goes round/],
  [{type: 'wrong-roots', count: 0}, /goes round/],
  [{type: 'other-account', as: 'fine'}, /goes round/],
  [{type: 'flipped-bit'}, /another CID/],
];

describe('what is told to do about', () => {
  const hosted = pgliteHost.begin();

  it('the accounts of the sandbox is for somebody who reads from hosts of others', async () => {
    const bench = await makeRecords(hosted, worldSpec(), {settings: patient});
    const run = await unrehearsed(bench, {collections: Object.values(collections)});
    const faults = await faultsOf(bench, run);
    const {takenDown, deactivated, deleted, lost, nul, lie} = extraordinary;
    expectRemedy('a dead host', faults.get('wanda'), rowOf(/refuses connections/));
    expectRemedy('taken down', faults.get(takenDown), remedies['taken-down']);
    expectRemedy('deactivated', faults.get(deactivated), remedies.deactivated);
    expectRemedy('deleted', faults.get(deleted), rowOf(/no such repository/));
    expectRemedy('not where he is said to be', faults.get(lost), rowOf(/no such repository/));
    expectRemedy('U+0000', faults.get(nul), rowOf(/half a surrogate pair/));
    expectRemedy('a lie', faults.get(lie), rowOf(/another CID/));
    for (const [name, fault] of faults) expect(`${name}: ${remedyFor(fault)}`).not.toMatch(ofOthers);
  });

  it.each([
    ['pages', listRecords, ofPages],
    ['car', getRepo, ofCars],
  ] as const)(
    'what a host does wrong is for time, another way or its owner (%s)',
    async (fetch, method, all) => {
      const named = all.map(([fault, symptom], number) => ({fault, symptom, name: `a${number}`}));
      // Each at a host of its own, for one that is down would be what is told of its others; but where it takes two.
      const hostOfFine = named.find(({fault}) => fault.type === 'other-account')?.name ?? 'own';
      const accounts = [...named.map(({name}) => ({name, host: name})), {name: 'fine', host: hostOfFine}];
      const bench = await makeRecords(
        hosted,
        {
          hosts: Object.fromEntries(accounts.map(({host}) => [host, {pageMost: 20}])),
          accounts: accounts.map(account => ({...account, records: {[note]: numbered(45)}})),
        },
        {options: {fetch}, settings: patient},
      );
      for (const {fault, name: account} of named) bench.network.inject({...fault, account, method});
      const faults = await faultsOf(bench, await unrehearsed(bench, {collections: [note]}));
      expect(faults.has('fine')).toBe(false);
      for (const {fault, symptom, name} of named)
        expectRemedy(JSON.stringify(fault), faults.get(name), rowOf(symptom));
    },
  );

  it('an account whose identity names no host, a signature of another key, or nobody', async () => {
    const documents = {
      fine: null,
      hostless: 'no-host',
      forged: 'other-key',
      keyless: 'no-key',
      unknown: 'unknown',
      gone: 'tombstone',
      unsafe: {endpoint: 'ftp://pds.example.com'},
    } as const;
    const accounts = Object.entries(documents).map(([name, document]) => ({
      name,
      host: 'one',
      records: {[note]: numbered(2)},
      ...(document === null ? {} : {document}),
    }));
    const bench = await makeRecords(hosted, {hosts: {one: {}}, accounts}, {settings: patient});
    const faults = await faultsOf(bench, await unrehearsed(bench, {collections: [note], proofs: true}));
    expectRemedy('no host', faults.get('hostless'), remedies['no-host']);
    expectRemedy('another key', faults.get('forged'), rowOf(/^a signature/));
    expectRemedy('no key', faults.get('keyless'), rowOf(/^a signature/));
    expectRemedy('a tombstone', faults.get('gone'), rowOf(/no such repository/));
    expectRemedy('no https', faults.get('unsafe'), rowOf(/not https/));
    expect(faults.has('fine')).toBe(false);
    expectRemedy('nobody knows', faults.get('unknown'), rowOf(/no such repository/));
  });
});
