import {describe, expect, it} from 'vitest';
import {reduce} from '../../src/console/reduce.ts';
import type {ConsoleState} from '../../src/console/state.ts';
import type {RunNews} from '../../src/core/event.ts';
import type {RunStatus} from '../../src/core/run.ts';
import {expectWellDrawn, frameAt, stillConsole, wordsOf} from './console-frame.tsx';
import {facts, state, viewed, working} from './console-states.ts';
import {live, liveId, plan} from './frame-facts.ts';
import {following, waitingLimit} from './run-views.ts';

const least = [60, 16] as const;
const fault = {kind: 'rate-limited', message: '429 Too many requests'} as const;
const retrying: RunNews = {type: 'retrying', host: waitingLimit.host, attempt: 3, waitMs: 32_000, fault};
const stopping: RunNews = {
  type: 'stopping',
  reason: {
    by: 'drift',
    message: '57 of 2,238 items are decided otherwise, which is more than the 2 % allowed',
  },
};
const newest: RunNews = {type: 'note', level: 'info', message: 'the newest entry'};

interface Trouble {
  readonly hasDrift: boolean;
  readonly isWaiting: boolean;
  readonly isStopping: boolean;
  readonly hasRate: boolean;
  readonly hosts: number;
  readonly hasNotice: boolean;
}

function troubled({hasDrift, isWaiting, isStopping, hasRate, hosts, hasNotice}: Trouble): ConsoleState {
  const status: RunStatus = isStopping ? 'pausing' : 'running';
  const drift = hasDrift ? {added: 3, gone: 1, changed: 57} : {added: 0, gone: 0, changed: 0};
  const counts = {
    inserted: 600,
    updated: 500,
    deleted: 70,
    unchanged: 34,
    skipped: 9,
    failed: 2,
    pending: 34,
  };
  const run = live({status, finishedAt: null, drift}, counts);
  const limits = Array.from({length: hosts}, (_, n) =>
    n === 0 ? waitingLimit : {...waitingLimit, host: `host ${n}`},
  );
  const view = following(run, {
    snapshot: {expected: 2_238, limits, ...(hasRate ? {rate: 1_192} : {})},
    quietFor: isWaiting ? 24 : 0,
    news: [newest, ...(isWaiting ? [retrying] : []), ...(isStopping ? [stopping] : [])],
  });
  const shown = state({
    ...viewed('run'),
    ...working(view, {facts: facts({plan: plan({usedBy: liveId}), live: run})}),
  });
  return hasNotice ? {...shown, notice: {level: 'info', text: 'run paused', at: shown.now}} : shown;
}

const flags = [false, true];
const troubles: readonly Trouble[] = flags.flatMap(hasDrift =>
  flags.flatMap(isWaiting =>
    flags.flatMap(isStopping =>
      flags.flatMap(hasNotice => [
        {hasDrift, isWaiting, isStopping, hasNotice, hasRate: false, hosts: 1},
        {hasDrift, isWaiting, isStopping, hasNotice, hasRate: true, hosts: 12},
      ]),
    ),
  ),
);

describe('a run on the smallest screen', () => {
  it('shows bar, sum, limit with its reason, and the newest entry of the log, whatever else there is to tell', async () => {
    const model = await stillConsole();
    for (const trouble of troubles) {
      const frame = await frameAt(model, troubled(trouble), least);
      const words = wordsOf(frame);
      expectWellDrawn(frame, least);
      const {hasDrift, isWaiting, isStopping, hasRate} = trouble;
      const said = [
        '1,215/2,238',
        '> inserted 600',
        '= listed 1,249',
        'partitions: 4 done, 0 pending',
        'items/s',
        'D1 of account 8f14e45f: waits 8 s, 0/1: halved after a 429',
        isStopping ? 'stopping: 57' : isWaiting ? '1 request waits' : 'the newest entry',
        ...(hasDrift ? ['drift: 57 changed'] : []),
        ...(isWaiting ? ['stalled 24 s, last: 429'] : []),
        ...(isStopping ? ['coming to rest: 57 of 2,238'] : []),
        ...(hasRate ? ['at most 1,192 items a second'] : []),
      ];
      for (const each of said) expect(words, frame).toContain(each);
    }
  });

  it('has every part of the sum under its pointer, one after the other', async () => {
    const model = await stillConsole();
    const counted = {
      hasDrift: true,
      isWaiting: true,
      isStopping: true,
      hasRate: true,
      hosts: 12,
      hasNotice: true,
    };
    let now: ConsoleState = {...troubled(counted), size: {columns: 60, rows: 16}};
    for (const part of ['inserted', 'updated', 'deleted', 'unchanged', 'skipped', 'failed', 'pending']) {
      expect(await frameAt(model, now, least)).toContain(`\n> ${part}`);
      now = reduce(now, {type: 'moved', by: 1});
    }
  });

  it('leaves out what counts nothing until the pointer comes to it', async () => {
    const model = await stillConsole();
    const run = live(
      {status: 'running', finishedAt: null},
      {inserted: 5, updated: 0, unchanged: 0, pending: 1},
    );
    const shown = state({
      ...viewed('run'),
      size: {columns: 60, rows: 16},
      ...working(following(run), {facts: facts({plan: plan({usedBy: liveId}), live: run})}),
    });
    const frame = await frameAt(model, shown, least);
    expect(frame).toContain('> inserted');
    expect(frame).toContain('  failed                0');
    expect(frame).not.toMatch(/updated|deleted|unchanged|skipped/);
    expect(await frameAt(model, shown, [80, 24])).toContain('updated               0');
    expect(await frameAt(model, reduce(shown, {type: 'moved', by: 1}), least)).toContain(
      '> updated               0',
    );
  });
});
