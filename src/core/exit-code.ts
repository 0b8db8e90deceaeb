/** How a process ended, for scripts. Where several apply, the first of `precedence` wins (design.md §6). */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  invariant: 3,
  auth: 4,
  incomplete: 5,
  gate: 6,
  drift: 7,
  budget: 8,
  paused: 9,
} as const;

/** Of a program that Ctrl+C ended, as shells have it: 128, and the number of SIGINT. */
export const interruptedCode = 130;

export type Ending = keyof typeof exitCodes;

const precedence: readonly Ending[] = [
  'auth',
  'usage',
  'gate',
  'drift',
  'budget',
  'paused',
  'failed',
  'incomplete',
  'invariant',
];

export function exitCodeOf(endings: Iterable<Ending>): number {
  const all = new Set(endings);
  const first = precedence.find(ending => all.has(ending));
  return first === undefined ? exitCodes.done : exitCodes[first];
}
