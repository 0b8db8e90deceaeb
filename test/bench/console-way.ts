import {setImmediate as turn, setTimeout as wait} from 'node:timers/promises';
import {onTimer, type Schedule} from '../../src/console/coalescer.ts';
import type {RunEvent} from '../../src/core/event.ts';
import {ScriptedRun} from '../console/run-events.ts';
import {type ConsoleHere, consoleHere} from './console-here.ts';
import {shown} from './console-runs.ts';

/**
 * The console under a stream of events, as a process of its own, which prints one line of JSON.
 *
 *     node console-way.ts keys ROOT EVENTS-A-SECOND KEYS
 *     node --expose-gc console-way.ts heap ROOT SECONDS EVENTS-A-SECOND
 */

const paced = 10;

/** Milliseconds of each key, from when it is pressed until the screen that it leads to is written. */
async function keys(root: string, perSecond: number, presses: number): Promise<object> {
  await using here = await consoleHere({root, now: Date.now, schedule: onTimer});
  const events = eventsOf(Date.now);
  let isOver = false;
  let observed = 0;
  const feeding = (async () => {
    const startedAt = performance.now();
    while (!isOver) {
      const due = ((performance.now() - startedAt) / 1_000) * perSecond;
      for (; observed < due; observed++) here.observe(events.next().value);
      await wait(paced);
    }
    return observed / ((performance.now() - startedAt) / 1_000);
  })();
  const ms: number[] = [];
  for (let press = 0; press < presses; press++) {
    const at = performance.now();
    ms.push((await pressOne(here, press)) - at);
    await wait(13 + ((press * 17) % 50));
  }
  isOver = true;
  return {ms, perSecond: await feeding};
}

const screens = [
  ['4', shown.coverage],
  ['3', shown.run],
] as const;

function pressOne(here: ConsoleHere, press: number): Promise<number> {
  const [key, text] = screens[press % screens.length] ?? screens[0];
  here.press(key);
  return here.until(text);
}

/** Seconds between two presses of a key, and how many times the heap is looked at. */
const pressEvery = 100;
const looks = 10;

/** Bytes in use after a collection, at ten points of a simulated time that goes as fast as it can. */
async function heap(root: string, seconds: number, perSecond: number): Promise<object> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('start it with --expose-gc');
  const clock = new Clock();
  await using here = await consoleHere({root, now: clock.now, schedule: clock.schedule});
  const events = eventsOf(clock.now);
  const inUse: number[] = [];
  for (let second = 1; second <= seconds; second++) {
    for (let event = 0; event < perSecond; event++) here.observe(events.next().value);
    clock.pass(1_000);
    // Drawing, and what the ledger answers.
    await turn();
    if (second % pressEvery === 0) await pressOne(here, second / pressEvery);
    if (second % Math.floor(seconds / looks) !== 0) continue;
    await wait(50);
    await collect({type: 'major', execution: 'async'});
    inUse.push(process.memoryUsage().heapUsed);
  }
  return {inUse, bytes: here.bytes};
}

/** Runs without end, each of two minutes at most: pages, failures and waits. */
function* eventsOf(now: () => number): Generator<RunEvent, never> {
  for (let count = 0; ; count++) {
    const run = new ScriptedRun({mode: count % 2 === 0 ? 'dry-run' : 'live', expected: 30_000});
    const at = <Event extends RunEvent>(event: Event): Event => ({
      ...event,
      snapshot: {...event.snapshot, run: `run-${count}`, at: now()},
    });
    yield at(run.started);
    for (let page = 0; page < 1_000; page++) {
      yield at(run.list(10));
      yield at(run.settle(10, page % 50 === 0 ? 1 : 0));
      if (page % 50 === 0) yield at(run.failure(`assets/${count}/${page}.bin`));
      if (page % 7 === 0) yield at(run.retrying(1, 500, `503 of request ${page}`));
    }
    yield at(run.end());
  }
}

/** Time that passes when it is told to. */
class Clock {
  #at = Date.UTC(2026, 7, 1, 12);
  readonly #timers = new Set<{readonly at: number; readonly run: () => void}>();

  readonly now = (): number => this.#at;

  readonly schedule: Schedule = (run, ms) => {
    const timer = {at: this.#at + ms, run};
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  pass(ms: number): void {
    this.#at += ms;
    for (const timer of [...this.#timers].toSorted((a, b) => a.at - b.at)) {
      if (timer.at > this.#at || !this.#timers.delete(timer)) continue;
      timer.run();
    }
  }
}

const [mode, root = '', ...numbers] = process.argv.slice(2);
const [first = 0, second = 0] = numbers.map(Number);
const measured = mode === 'heap' ? await heap(root, first, second) : await keys(root, first, second);
process.stdout.write(`${JSON.stringify(measured)}\n`);
process.exit();
