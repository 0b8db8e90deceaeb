import {setTimeout as sleep} from 'node:timers/promises';
import {errorsOf, type Probe} from '../core/probe.ts';
import {backoffMs} from './backoff.ts';
import type {EngineHost} from './engine-host.ts';

/** Nobody watches a probe: where a service asks for more, its answer is the better one. */
const longestMs = 30_000;

/** Probes again while all that is wrong may be over soon, as a run tries its requests again. */
export async function lookingAgain<Facts>(
  {settings, random, giveUp}: EngineHost,
  look: () => Promise<Probe<Facts>>,
): Promise<Probe<Facts>> {
  for (let attempt = 1; ; attempt++) {
    const probe = await look();
    const waits = errorsOf(probe).map(({retryAfterMs}) => retryAfterMs);
    const asked = waits.filter(wait => wait !== undefined).map(wait => wait ?? 0);
    const mayPass = waits.length > 0 && asked.length === waits.length && Math.max(...asked) <= longestMs;
    if (!mayPass || attempt >= settings.attempts) return probe;
    const waitMs = Math.max(...asked, backoffMs(attempt, undefined, random));
    await sleep(waitMs, undefined, giveUp === undefined ? {} : {signal: giveUp});
  }
}
