import {expect, it} from 'vitest';
import {openNetwork} from '../../src/atproto/open-network.ts';
import {findBackfill} from '../../src/backfills/registry.ts';
import {frameOf} from '../../src/console/frame.ts';
import {failedList, failuresList} from '../../src/console/rows.ts';
import {shownView} from '../../src/console/state.ts';
import {textOf} from '../../src/console/text.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import {networkUnderTest} from '../simulators/network-under-test.ts';
import {copiedPglite, freshPglite} from '../support/pglite.ts';
import {type Driven, driveStarted} from './console-under-test.ts';

const copy = copiedPglite();
const post = 'app.example.post';

/** Twenty accounts at a host that answers, and ten at one that is down. */
async function driveRecords() {
  const network = await networkUnderTest({
    hosts: {mill: {}, lock: {isDown: true}},
    accounts: [{name: 'taken', host: 'mill', status: 'takendown', records: {}, listedIn: [post]}],
    crowds: [
      {name: 'there', accounts: 20, hosts: ['mill'], records: {[post]: 2}, isUnsigned: true},
      {name: 'gone', accounts: 10, hosts: ['lock'], records: {[post]: 2}, isUnsigned: true},
    ],
  });
  const backfill = findBackfill('records');
  const target = await freshPglite(copy);
  await applyMigrations(backfill, target);
  const {relays, plc} = network;
  const source = openNetwork({label: 'network', relays, plc, allowPrivateHosts: true});
  const driven = await driveStarted({
    connection: {backfill, source, target, options: backfill.options.parse(undefined)},
    scope: {collections: [post]},
    settings: {attempts: 2, patienceSeconds: 0},
  });
  return {driven, network};
}

function rowsIn(driven: Driven, id: string): readonly string[] | undefined {
  const list = driven.state().lists[id];
  return list?.state === 'ready' ? list.rows.map(({text}) => text) : undefined;
}

function linesOf({state}: Driven): string {
  const panels = frameOf(state())?.screen.panels ?? [];
  return panels
    .flatMap(({blocks}) => blocks.flatMap(block => (block.type === 'lines' ? block.lines.map(textOf) : [])))
    .join('\n');
}

it('failures of repositories are read by kind, opened one kind at a time, and taken up again so', async () => {
  const {driven, network} = await driveRecords();
  driven.keys('d');
  await driven.atRest();
  const run = driven.shown().facts?.plan?.id ?? '';
  expect(driven.shown().facts?.plan).toMatchObject({
    status: 'incomplete',
    partitions: {done: 20, failed: 11, pending: 0},
  });
  driven.keys('3');
  expect(linesOf(driven)).toContain('repositories: 31 found, 31 resolved, 20 fetched, 11 failed');
  driven.keys('6');
  await driven.until(now => rowsIn(now, failuresList(run)) !== undefined);
  expect(rowsIn(driven, failuresList(run))).toEqual([
    'connection: 10 repositories at 1 host',
    'taken-down: 1 repository at 1 host',
  ]);
  driven.keys('enter');
  await driven.until(now => rowsIn(now, failedList(run, 'connection')) !== undefined);
  const opened = rowsIn(driven, failedList(run, 'connection')) ?? [];
  expect(opened).toHaveLength(10);
  const lock = new URL(network.hosts['lock']?.origin ?? '').host;
  for (const text of opened) expect(text).toMatch(new RegExp(`^did:plc:\\w+ {2}${lock}$`));
  expect(shownView(driven.state()).title).toBe(`connection: ${run}`);

  await network.hosts['lock']?.up();
  driven.keys('T');
  await driven.atRest();
  expect(driven.shown().facts?.open?.counts).toMatchObject({failed: 1, kinds: {'taken-down': 1}});
  expect(driven.shown().facts?.plan?.partitions).toEqual({done: 30, failed: 1, pending: 0});
});

it('all hosts of a run are a list of their own, with what there is to say of each', async () => {
  const {driven, network} = await driveRecords();
  driven.keys('d');
  await driven.atRest();
  driven.keys('H');
  expect(driven.view()).toBe('hosts');
  const lock = new URL(network.hosts['lock']?.origin ?? '').host;
  expect(linesOf(driven)).toMatch(new RegExp(`^${lock}: +down: it refuses connections`, 'm'));
  driven.keys('/');
  driven.type(new URL(network.plc).port);
  driven.keys('enter');
  expect(linesOf(driven)).toMatch(/31 requests/);
  driven.keys('esc', 'esc');
  expect(driven.view()).toBe('runbook');
});
