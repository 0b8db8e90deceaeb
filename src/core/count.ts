/**
 * A number that was counted, or predicted from a random sample. At 95 % confidence the truth lies between `low` and
 * `high`; both are `value` where everything was looked at.
 */
export interface Count {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A group of items of which some were looked at, drawn at random, and some of these were found to be so. */
export interface Stratum {
  readonly size: number;
  readonly looked: number;
  readonly found: number;
}

export const none: Count = {value: 0, low: 0, high: 0};

/** The normal distribution's 97.5 %. */
const z = 1.96;
/** Less than this is what adding fractions leaves behind. */
const tiny = 1e-6;

/**
 * How many items of all strata are so. Each stratum has Wilson's interval, held within what was seen for certain; they
 * are added by the squares of their distances (MOVER: Zou & Donner 2008, 10.1002/sim.3095).
 */
export function countOf(strata: readonly Stratum[]): Count {
  const counts = strata.filter(({size}) => size > 0).map(countOfOne);
  const value = sum(counts.map(count => count.value));
  return {
    value,
    low: value - Math.hypot(...counts.map(count => count.value - count.low)),
    high: value + Math.hypot(...counts.map(count => count.high - count.value)),
  };
}

function countOfOne({size, looked, found}: Stratum): Count {
  if (looked === 0) return {value: 0, low: 0, high: size};
  const value = (size * found) / looked;
  const share = found / looked;
  const weight = 1 + z ** 2 / looked;
  const centre = (share + z ** 2 / (2 * looked)) / weight;
  const half = (z * Math.sqrt((share * (1 - share)) / looked + z ** 2 / (4 * looked ** 2))) / weight;
  return {
    value,
    low: Math.min(value, Math.max(found, size * (centre - half))),
    high: Math.max(value, Math.min(size - (looked - found), size * (centre + half))),
  };
}

/** So many of each, at these costs. The ends are those of all kinds together, so rather too far apart. */
export function weighted(parts: readonly (readonly [Count, number])[]): Count {
  const total = (end: keyof Count) => sum(parts.map(([count, weight]) => count[end] * weight));
  return {value: total('value'), low: total('low'), high: total('high')};
}

export function plus({value, low, high}: Count, more: number): Count {
  return {value: value + more, low: low + more, high: high + more};
}

export function isExact({low, high}: Count): boolean {
  return high - low < tiny;
}

/** Whole numbers whose sum is that of the values: what rounding takes from one, it gives to another. */
export function rounded(counts: readonly Count[]): readonly Count[] {
  const down = counts.map(({value}) => Math.floor(value + tiny));
  const rest = Math.round(sum(counts.map(({value}) => value)) - sum(down));
  const byFraction = counts
    .map(({value}, place) => ({place, fraction: value - (down[place] ?? 0)}))
    .sort((a, b) => b.fraction - a.fraction);
  const up = new Set(byFraction.slice(0, rest).map(({place}) => place));
  return counts.map(({low, high}, place) => {
    const value = (down[place] ?? 0) + (up.has(place) ? 1 : 0);
    return {
      value,
      low: Math.min(value, Math.floor(low + tiny)),
      high: Math.max(value, Math.ceil(high - tiny)),
    };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
