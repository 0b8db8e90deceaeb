/**
 * How many requests a host gets at once: additive increase while it answers well, multiplicative decrease on 429,
 * 503, time-outs and rising latency. Pure: the limiter in engine/ feeds it and obeys it.
 */
export interface Concurrency {
  readonly limit: number;
  /** What the operator allows at most; `+` and `-` move it. */
  readonly ceiling: number;
  /** Why the limit is what it is, for the screen. */
  readonly reason: string;
  /** Successes since the limit last moved. */
  readonly streak: number;
  /** Latency of small requests in milliseconds: slowly forgotten best, and the present average. */
  readonly best: number | null;
  readonly average: number | null;
  readonly loweredAt: number;
}

export type Answer =
  | {readonly kind: 'ok'; readonly at: number; readonly latencyMs: number | null}
  | {readonly kind: 'pushback'; readonly at: number; readonly cause: string};

export const maxConcurrency = 256;
/** Two decreases are at least this far apart: requests in flight at the first answer for the same moment. */
const cooldownMs = 1_000;
const smoothing = 0.05;
/** Average latency at which a host counts as overloaded, as a multiple of its best and never below the floor. */
const overload = 4;
const overloadFloorMs = 50;

export function startConcurrency(limit: number, ceiling: number): Concurrency {
  return {
    limit: Math.min(limit, ceiling),
    ceiling,
    reason: 'starting',
    streak: 0,
    best: null,
    average: null,
    loweredAt: -Infinity,
  };
}

export function answered(state: Concurrency, answer: Answer): Concurrency {
  if (answer.kind === 'pushback') return lowered(state, answer.at, 0.5, answer.cause);
  const measured = answer.latencyMs === null ? state : measure(state, answer.latencyMs);
  const streak = measured.streak + 1;
  if (isOverloaded(measured) && streak >= measured.limit)
    return lowered(measured, answer.at, 0.8, `latency ${Math.round(measured.average ?? 0)} ms`);
  if (streak < measured.limit) return {...measured, streak};
  if (measured.limit >= measured.ceiling) return {...measured, streak: 0, reason: 'steady'};
  return {...measured, limit: measured.limit + 1, streak: 0, reason: 'rising'};
}

/** The operator's `+` and `-`: moves the ceiling, and the limit at once with it. */
export function nudged(state: Concurrency, by: number): Concurrency {
  const ceiling = Math.min(
    maxConcurrency,
    Math.max(1, (by < 0 ? Math.min(state.limit, state.ceiling) : state.ceiling) + by),
  );
  const limit = by < 0 ? Math.min(state.limit, ceiling) : Math.min(ceiling, state.limit + by);
  return {...state, ceiling, limit, streak: 0, reason: 'set by the operator'};
}

function measure(state: Concurrency, latencyMs: number): Concurrency {
  const average =
    state.average === null ? latencyMs : state.average + (latencyMs - state.average) * smoothing;
  const best = state.best === null ? latencyMs : Math.min(latencyMs, state.best * 1.001);
  return {...state, average, best};
}

function isOverloaded({average, best}: Concurrency): boolean {
  return average !== null && best !== null && average > Math.max(overloadFloorMs, best * overload);
}

function lowered(state: Concurrency, at: number, factor: number, reason: string): Concurrency {
  if (at - state.loweredAt < cooldownMs) return {...state, streak: 0};
  return {...state, limit: Math.max(1, Math.floor(state.limit * factor)), streak: 0, reason, loweredAt: at};
}
