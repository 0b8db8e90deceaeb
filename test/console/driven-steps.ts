import {expect} from 'vitest';
import {makeIndex, writeAssets} from '../support/assets.ts';
import {GatedStore} from '../support/gated-store.ts';
import {type Driven, type DriveOptions, driveStarted} from './console-under-test.ts';

export const settings = {page: {items: 5, bytes: 1e9, seconds: 60}, partitions: 1};

export interface Gated extends Driven {
  readonly gate: GatedStore;
  readonly all: readonly string[];
}

/** A console on a store that can be made to stand still in the middle of a run. */
export async function driveGated(options: DriveOptions = {}): Promise<Gated> {
  const gate = new GatedStore();
  const driven = await driveStarted({settings, store: gate.wrap, ...options});
  const all = writeAssets(driven.assets, 30);
  makeIndex(driven.index);
  return {...driven, gate, all};
}

export async function toReview(driven: Driven): Promise<void> {
  driven.keys('d');
  await driven.atRest();
  driven.keys('enter');
  await driven.atRest();
  expect(driven.view()).toBe('review');
}

/** A live run that stands still after its first items. */
export async function liveUnderWay(driven: Gated): Promise<void> {
  await toReview(driven);
  driven.gate.close();
  driven.keys('enter');
  driven.type('index.sqlite');
  driven.keys('enter');
  await driven.gate.reached;
  await driven.until(({flow}) => flow().move.do === 'watch');
}

export function live({shown}: Driven) {
  return shown().facts?.live;
}
