import {describe, expect, it} from 'vitest';
import {thisProcess} from '../../src/engine/holder.ts';
import {flakyStore} from '../../src/sandbox/flaky-store.ts';
import {indexedFiles} from '../support/assets.ts';
import {makeBench, rehearse, resume, scopeWith} from '../support/engine.ts';
import {GatedStore} from '../support/gated-store.ts';
import {driveGated, settings, toReview} from './driven-steps.ts';

describe('another process', () => {
  it('makes a newer plan: only the plan that was read is confirmed', async () => {
    const driven = await driveGated();
    await toReview(driven);
    const read = driven.shown().facts?.plan?.id;
    const other = await makeBench({folder: driven.folder});
    await (await other.engine.rehearse(other.connection, scopeWith(), {})).done;
    driven.tick();
    driven.tick();
    await driven.until(({shown}) => shown().facts?.plan?.id !== read);
    driven.keys('enter');
    expect(driven.state().dialog).toBeNull();
    await driven.atRest();
    expect(driven.view()).toBe('review');
    driven.keys('enter');
    expect(driven.state().dialog).toMatchObject({type: 'confirm', plan: driven.shown().facts?.plan?.id});
  });

  it('takes up what failed in a plan whose confirmation is open: what was read is not what would be written', async () => {
    const driven = await driveGated();
    const other = await makeBench({
      folder: driven.folder,
      store: store => flakyStore(store, driven.all[3] ?? '', 2),
    });
    const {record: read} = await rehearse(other);
    driven.tick();
    driven.tick();
    await driven.until(({shown}) => shown().facts?.plan?.status === 'incomplete');
    driven.keys('enter');
    await driven.atRest();
    driven.keys('enter');
    driven.type('index.sqlite');
    await resume(other, read);
    driven.tick();
    driven.tick();
    await driven.until(({shown}) => shown().facts?.plan?.status === 'completed');
    driven.keys('enter');
    driven.type('1');
    driven.keys('enter');
    expect(driven.state().notice?.text).toMatch(/the plan has changed since you reviewed it/);
    expect(indexedFiles(driven.index)).toEqual([]);
    expect((await driven.runs()).map(({mode}) => mode)).toEqual(['dry-run']);
  });

  it('works on a run that was opened from the history: it is that one that is paused, and not the own one', async () => {
    const driven = await driveGated();
    driven.gate.close();
    driven.keys('d');
    await driven.gate.reached;
    const gate = new GatedStore();
    const other = await makeBench({folder: driven.folder, settings, store: gate.wrap});
    gate.close();
    const handle = await other.engine.rehearse(other.connection, scopeWith(), {});
    await gate.reached;
    driven.tick();
    driven.tick();
    await driven.until(({state}) => state().history.length === 2);
    driven.keys('7', 'g', 'enter');
    expect(driven.state().views.at(-1)).toMatchObject({name: 'run', of: handle.id});
    driven.keys('p');
    const {record} = await handle.done;
    expect(record).toMatchObject({status: 'paused', stopReason: {message: 'paused from another terminal'}});
    const own = driven.shown().atWork;
    expect(own === null ? null : (await driven.ledger.runs.get(own)).status).toBe('running');
    driven.gate.open();
    await driven.atRest();
    expect(own === null ? null : (await driven.ledger.runs.get(own)).status).toBe('completed');
  });

  it.each(['resumed', 'cancelled'] as const)('is gone: its run is %s here', async how => {
    const driven = await driveGated();
    const self = thisProcess('gone');
    const gate = new GatedStore();
    const other = await makeBench({
      folder: driven.folder,
      settings,
      store: gate.wrap,
      self: {...self, holder: {...self.holder, name: 'somebody-gone', pid: 2 ** 30}},
    });
    gate.close();
    const handle = await other.engine.rehearse(other.connection, scopeWith(), {});
    await gate.reached;
    driven.tick();
    driven.tick();
    await driven.until(({flow}) => flow().move.do === 'resume');
    expect(driven.flow().current).toBe('dry-run');
    driven.keys('p');
    expect(driven.state().notice?.text).toBe('not now: its process is gone: resume or cancel it');
    if (how === 'resumed') driven.keys('enter');
    else driven.keys('s', 'y');
    await driven.until(({shown}) => shown().atWork !== null);
    await driven.atRest();
    const status = how === 'resumed' ? 'completed' : 'cancelled';
    expect(await driven.ledger.runs.get(handle.id)).toMatchObject({status});
    gate.open();
    expect((await handle.done).reason?.by).toBe('lost');
    expect(await driven.ledger.runs.get(handle.id)).toMatchObject({status});
  });
});
