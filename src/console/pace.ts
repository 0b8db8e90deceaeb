import {arrived, type Meter, newMeter, passedTo, rateOf} from './meter.ts';

/** How fast a run goes, and when it may be through. What was settled before this process took it up is not counted. */

/** Items and bytes a second: `fast` follows a change within seconds, `slow` within half a minute. */
export interface Pace {
  /** When `fast`, `slow` and `bytes` were read off. */
  readonly at: number;
  readonly fast: number | null;
  readonly slow: number | null;
  readonly bytes: number | null;
  /** Seconds and steps (moments at which items were settled) that the averages are made of. */
  readonly seconds: number;
  readonly steps: number;
  /** Items settled; null until the first is listed, for what comes before that is not their pace. */
  readonly items: Meter | null;
  readonly read: Meter;
}

/** An estimate needs at least so many steps; each is a second long or longer. */
const leastSteps = 3;
const widening = 0.1;

export function noPace(at: number): Pace {
  return {at, fast: null, slow: null, bytes: null, seconds: 0, steps: 0, items: null, read: newMeter(at)};
}

/** Items are under way from now on. */
export function begunAt(pace: Pace, at: number): Pace {
  return pace.items === null ? {...pace, items: newMeter(at), read: newMeter(at)} : pace;
}

export function settledAt(pace: Pace, items: number, at: number): Pace {
  if (items === 0 || pace.items === null) return pace;
  return {...pace, items: arrived(pace.items, items, at)};
}

export function readAt(pace: Pace, bytes: number, at: number): Pace {
  return bytes > 0 ? {...pace, read: arrived(pace.read, bytes, at)} : pace;
}

/** Reads the averages off, once a second: more often than that nobody can read them. */
export function paceAt(pace: Pace, at: number): Pace {
  const items = pace.items === null ? null : passedTo(pace.items, at);
  const read = passedTo(pace.read, at);
  return {
    at,
    fast: items === null ? null : rateOf(items, 'fast', at),
    slow: items === null ? null : rateOf(items, 'slow', at),
    bytes: rateOf(read, 'fast', at),
    seconds: items?.seconds ?? 0,
    steps: items?.steps ?? 0,
    items,
    read,
  };
}

export interface Eta {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/**
 * How long `remaining` items take: at the faster and at the slower average, and a little beyond both. The quicker end
 * assumes that the page under way is as far as time says. Null where nothing is left, and until it means something.
 */
export function etaOf(pace: Pace, remaining: number): Eta | null {
  const {at, fast, slow, steps, items} = pace;
  if (remaining <= 0 || items === null || fast === null || slow === null) return null;
  if (steps < leastSteps) return null;
  const [lower, higher] = fast < slow ? [fast, slow] : [slow, fast];
  if (lower <= 0) return null;
  const since = Math.max(0, at - items.from) / 1_000;
  const inHand = Math.max(0, Math.min(items.usual, higher * since) - (items.burst?.amount ?? 0));
  return {
    fromSeconds: (Math.max(0, remaining - inHand) / higher) * (1 - widening),
    toSeconds: (remaining / lower) * (1 + widening),
  };
}
