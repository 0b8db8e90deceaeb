/** What verification measures: invariants and coverage. */

export type Severity = 'blocking' | 'warning';

/** One row that breaks an invariant, as text for a screen: its key and what is wrong with it. */
export interface Breach {
  readonly key: string;
  readonly detail: string;
}

/** The run that mends what breaks an invariant, as far as a run can: this dry run, reviewed, and then live. */
export const recoveries = ['dry-run', 'fresh dry-run'] as const;
export interface RecoveringRun {
  /** A fresh one reads everything again, also what is known from earlier runs. */
  readonly as: (typeof recoveries)[number];
}

export interface CheckResult {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** How many rows break it; 0 holds. */
  readonly count: number;
  /** What is counted, one and several, where that is no row of the target. */
  readonly counts?: readonly [one: string, several: string];
  readonly sample: readonly Breach[];
  /** What the figure does and does not say, for instance a sample's confidence. */
  readonly note?: string;
  readonly why: string;
  readonly recovery: string;
  /** Missing where no run mends it: it is handwork. */
  readonly recovers?: RecoveringRun;
}

/** A share of what should be in the target that is there. `group` is "*" for the whole. */
export interface CoverageGroup {
  readonly group: string;
  readonly done: number;
  readonly total: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Rows of the target, and those that are as they should be; missing where rows belong to no group. */
  readonly rows?: number;
  readonly rowsDone?: number;
  /** Listed at the source, where there is one to list. */
  readonly objects?: number;
  /** What is not there, by cause. */
  readonly missing?: Readonly<Record<string, number>>;
  /** The heading under which it stands with others of its kind; those without one come first. */
  readonly section?: string;
  /** How long it took to read what is done, all together, in milliseconds. */
  readonly ms?: number;
}

/** A number of a target that is worth knowing before and after a run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
}

/** Figures as they are now, beside those of the measurement before. */
export interface Summary {
  readonly title: string;
  /** `before` is null where there was none. */
  readonly figures: readonly (Figure & {readonly before: number | null})[];
}

/** An item that is not in the target, and the cause under which coverage counts it. */
export interface MissingItem {
  readonly key: string;
  readonly why: string;
}

/** Percent to two decimals, never rounded up to 100: 2,237 of 2,238 is 99.95, and 99.999 is 99.99. */
export function percent(done: number, total: number): number {
  if (total === 0) return 100;
  if (done >= total) return 100;
  return Math.floor((done * 10_000) / total) / 100;
}

/** The largest share of wrong items that a clean sample of `size` leaves possible at 95 %, in percent. */
export function sampleBound(size: number): number {
  return size === 0 ? 100 : (1 - 0.05 ** (1 / size)) * 100;
}
