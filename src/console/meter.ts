/**
 * A rate of what arrives in bursts: pages of up to 1,000 items, several at once where they share a transaction. Each
 * burst counts for the whole time since the one before it, so the rate neither spikes as it arrives nor falls to zero
 * while the next is made. Once that one is late, the rate is what it would be if a usual burst arrived just now: it
 * only falls, and never below what is known. Time is given, in milliseconds since the epoch.
 */
export interface Meter {
  /** Until when the averages tell; since then nothing but the burst under way has arrived. */
  readonly from: number;
  readonly burst: Burst | null;
  /** Amount of a usual burst, and seconds between two; 0 until there was one. */
  readonly usual: number;
  readonly gap: number;
  readonly fast: Average;
  readonly slow: Average;
  readonly seconds: number;
  readonly steps: number;
}

interface Burst {
  readonly began: number;
  readonly last: number;
  readonly amount: number;
}

/** Exponentially weighted over time; the weight makes up for what lies before the beginning. */
interface Average {
  readonly sum: number;
  readonly weight: number;
}

/** What arrives within this is one burst. */
const burstMs = 1_000;
/** How fast the usual burst follows the newest ones. */
const following = 0.25;

/** Seconds; where bursts are further apart, the average is over several of them. */
const speeds = {
  fast: {seconds: 4, gaps: 3},
  slow: {seconds: 30, gaps: 10},
} as const;
type Speed = keyof typeof speeds;

const noAverage: Average = {sum: 0, weight: 0};

export function newMeter(at: number): Meter {
  return {
    from: at,
    burst: null,
    usual: 0,
    gap: 0,
    fast: noAverage,
    slow: noAverage,
    seconds: 0,
    steps: 0,
  };
}

export function arrived(meter: Meter, amount: number, at: number): Meter {
  const passed = passedTo(meter, at);
  const {burst, from} = passed;
  const when = Math.max(at, burst?.last ?? from);
  return {
    ...passed,
    burst: {began: burst?.began ?? when, last: when, amount: (burst?.amount ?? 0) + amount},
  };
}

/** Takes a burst that is over into the averages; the same meter where there is none. */
export function passedTo(meter: Meter, at: number): Meter {
  const {burst, from, gap, usual, steps} = meter;
  if (burst === null || at - burst.began < burstMs) return meter;
  const until = Math.max(burst.last, from + burstMs);
  const seconds = (until - from) / 1_000;
  const isFirst = steps === 0;
  return {
    from: until,
    burst: null,
    usual: isFirst ? burst.amount : usual + (burst.amount - usual) * following,
    // One stall is not a new pace: it must not make the average slow for long.
    gap: isFirst ? seconds : gap + (Math.min(seconds, 2 * gap + 1) - gap) * following,
    fast: weighed(meter, 'fast', burst.amount, seconds),
    slow: weighed(meter, 'slow', burst.amount, seconds),
    seconds: meter.seconds + seconds,
    steps: steps + 1,
  };
}

/** Amount a second, as it is to be read at `at`; null until there was a burst. */
export function rateOf(meter: Meter, speed: Speed, at: number): number | null {
  if (meter.steps === 0) return null;
  const known = averageOf(meter[speed]);
  const seconds = (at - meter.from) / 1_000;
  if (seconds <= 0) return known;
  const amount = Math.max(meter.usual, meter.burst?.amount ?? 0);
  return Math.min(known, averageOf(weighed(meter, speed, amount, seconds)));
}

function weighed(meter: Meter, speed: Speed, amount: number, seconds: number): Average {
  const {sum, weight} = meter[speed];
  const over = Math.max(speeds[speed].seconds, speeds[speed].gaps * meter.gap);
  const kept = Math.exp(-seconds / over);
  return {sum: sum * kept + (amount / seconds) * (1 - kept), weight: weight * kept + (1 - kept)};
}

function averageOf({sum, weight}: Average): number {
  return sum / weight;
}
