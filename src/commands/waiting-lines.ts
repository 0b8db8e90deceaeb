import type {RunEvent} from '../core/event.ts';
import {counted, durationText} from '../core/words.ts';

type Retrying = Extract<RunEvent, {type: 'retrying'}>;

interface HostWaits {
  /** Since its last line. */
  waits: number;
  soonestAt: number;
  toldAt: number;
}

const everyMs = 5_000;

/** When a host asks many requests at once to wait, that is one line every five seconds, with their number. */
export class WaitingLines {
  readonly #hosts = new Map<string, HostWaits>();

  /** `r2.example: 12 requests wait (503 SlowDown), the next in 1.0 s`; null where the host's last line is too young. */
  add({host, waitMs, fault, snapshot: {at}}: Retrying): string | null {
    const known = this.#hosts.get(host) ?? {
      waits: 0,
      soonestAt: Number.POSITIVE_INFINITY,
      toldAt: Number.NEGATIVE_INFINITY,
    };
    this.#hosts.set(host, known);
    known.waits++;
    known.soonestAt = Math.min(
      known.soonestAt < at ? Number.POSITIVE_INFINITY : known.soonestAt,
      at + waitMs,
    );
    if (at - known.toldAt < everyMs) return null;
    const line = `${host}: ${counted(known.waits, 'request')} ${known.waits === 1 ? 'waits' : 'wait'} (${fault.message}), the next in ${durationText((known.soonestAt - at) / 1_000)}`;
    this.#hosts.set(host, {waits: 0, soonestAt: Number.POSITIVE_INFINITY, toldAt: at});
    return line;
  }
}
