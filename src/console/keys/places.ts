/** Places that share keys. */

export const lists = [
  'overview',
  'run',
  'coverage',
  'invariants',
  'failures',
  'history',
  'items',
  'hosts',
] as const;
export const scrolled = [...lists, 'review', 'invariant', 'recovery', 'help'] as const;
export const views = [...lists, 'runbook', 'review', 'invariant', 'recovery'] as const;
export const running = ['runbook', 'run'] as const;
export const filtered = ['coverage', 'failures', 'history', 'items', 'hosts'] as const;
