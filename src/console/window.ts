/**
 * Which rows of a long list are drawn: the first of `height` rows, such that the focused one is seen, in the middle
 * where the list goes on in both directions. Without a focus (-1) it is the top.
 */
export function windowStart(count: number, height: number, focus: number): number {
  const latest = Math.max(0, count - height);
  return Math.min(latest, Math.max(0, focus - Math.floor(height / 2)));
}
