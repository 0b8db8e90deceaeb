/** How long steps take: what is done at the same time waits for the slowest of it, and that has a name. */

export const bottlenecks = [
  'rate',
  'download',
  'hosts',
  'directory',
  'listing',
  'target',
  'headgate',
] as const;
export type Bottleneck = (typeof bottlenecks)[number];

/** A part of a step, by the seconds that each of its doings would take alone. */
export type Phase = Readonly<Partial<Record<Bottleneck, number>>>;

export interface Duration {
  readonly seconds: number;
  /** Where most of the time goes; null where none is spent. */
  readonly bottleneck: Bottleneck | null;
}

/** Phases one after the other. */
export function durationOf(phases: readonly Phase[]): Duration {
  const waits = phases.map(slowest);
  const seconds = waits.reduce((sum, wait) => sum + wait.seconds, 0);
  const total = (name: Bottleneck) =>
    waits.reduce((sum, wait) => sum + (wait.bottleneck === name ? wait.seconds : 0), 0);
  const first = bottlenecks.toSorted((a, b) => total(b) - total(a))[0];
  return {seconds, bottleneck: first === undefined || total(first) === 0 ? null : first};
}

function slowest(phase: Phase): Duration {
  return bottlenecks.reduce<Duration>(
    (most, name) => {
      const seconds = phase[name] ?? 0;
      return seconds > most.seconds ? {seconds, bottleneck: name} : most;
    },
    {seconds: 0, bottleneck: null},
  );
}

/** One object of a sample: its size, and how long it took from request to answer. */
export interface Reading {
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Seconds to read so many objects of so many bytes together, as many at once as the sample was. A straight line through
 * the sample says what an object costs and what a byte; so a sample of everything predicts its own time.
 */
export function readingSeconds(
  readings: readonly Reading[],
  wallSeconds: number,
  whole: {readonly items: number; readonly bytes: number},
): number {
  const busy = readings.reduce((sum, {seconds}) => sum + seconds, 0);
  if (readings.length === 0 || whole.items === 0) return 0;
  // The clock was too coarse to tell.
  if (busy === 0) return (wallSeconds * whole.items) / readings.length;
  const {perObject, perByte} = lineThrough(readings);
  return ((perObject * whole.items + perByte * whole.bytes) * wallSeconds) / busy;
}

/** Least squares, and neither an object nor a byte gives time back. */
function lineThrough(readings: readonly Reading[]): {
  readonly perObject: number;
  readonly perByte: number;
} {
  const count = readings.length;
  const bytes = readings.reduce((sum, reading) => sum + reading.bytes, 0);
  const seconds = readings.reduce((sum, reading) => sum + reading.seconds, 0);
  const [meanBytes, meanSeconds] = [bytes / count, seconds / count];
  let spread = 0;
  let together = 0;
  for (const reading of readings) {
    spread += (reading.bytes - meanBytes) ** 2;
    together += (reading.bytes - meanBytes) * (reading.seconds - meanSeconds);
  }
  const perByte = spread === 0 ? 0 : together / spread;
  if (perByte <= 0) return {perObject: meanSeconds, perByte: 0};
  const perObject = meanSeconds - perByte * meanBytes;
  return perObject < 0 ? {perObject: 0, perByte: seconds / bytes} : {perObject, perByte};
}
