import type {Measured} from './child.ts';
import {type Column, table} from './table.ts';

/** One kind of measured work, over all rounds; none where it can't be measured here. */
export interface WayRow {
  readonly what: string;
  readonly rounds: readonly Measured[];
  /** Median seconds of the original's way over the same files in the same state; null where it was not measured. */
  readonly original: number | null;
  /** How many times as fast as the original's way this is meant to be, at least. */
  readonly goal?: number;
}

/** Ways of doing the same, beside each other; seconds are medians, `noun` is what is counted. */
export function wayTable(noun: 'files' | 'objects', rows: readonly WayRow[]): string {
  const columns = [...columnsFor(noun), ...(rows.some(({goal}) => goal !== undefined) ? [goalColumn] : [])];
  return table(
    columns.map(({title, text}, index) => ({
      title,
      text: (row: WayRow) => (index > 0 && row.rounds.length === 0 ? '' : text(row)),
    })),
    rows,
  );
}

/** A dry run and its live run as one. */
export function together(dryRun: Measured, live: Measured): Measured {
  return {
    files: dryRun.files,
    bytes: dryRun.bytes + live.bytes,
    written: live.written,
    seconds: dryRun.seconds + live.seconds,
    cpuSeconds: (dryRun.cpuSeconds ?? 0) + (live.cpuSeconds ?? 0),
    peakKib: Math.max(dryRun.peakKib, live.peakKib),
  };
}

export function medianSeconds(rounds: readonly Measured[]): number {
  return median(rounds.map(({seconds}) => seconds));
}

function medianCpu(rounds: readonly Measured[]): string {
  const known = rounds.flatMap(({cpuSeconds}) => (cpuSeconds === undefined ? [] : [cpuSeconds]));
  return known.length === 0 ? '' : median(known).toFixed(2);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [below = Number.NaN, above = Number.NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (below + above) / 2;
}

export function count(value = Number.NaN): string {
  return Math.round(value).toLocaleString('en');
}

export function peakMib(rounds: readonly Measured[]): string {
  return (Math.max(...rounds.map(({peakKib}) => peakKib)) / 1_024).toFixed(0);
}

function columnsFor(noun: string): readonly Column<WayRow>[] {
  return [
    {title: 'what', text: ({what}) => what},
    {title: noun, text: ({rounds}) => count(rounds[0]?.files)},
    {title: 'written', text: ({rounds}) => count(rounds[0]?.written)},
    {title: 'MB read', text: ({rounds}) => megabytes(rounds).toFixed(1)},
    {title: 'seconds', text: ({rounds}) => medianSeconds(rounds).toFixed(2)},
    {title: 'CPU s', text: ({rounds}) => medianCpu(rounds)},
    {title: `${noun}/s`, text: ({rounds}) => count((rounds[0]?.files ?? 0) / medianSeconds(rounds))},
    {title: 'MB/s', text: ({rounds}) => (megabytes(rounds) / medianSeconds(rounds)).toFixed(1)},
    {
      title: "× the original's",
      text: ({rounds, original}) => (original === null ? '' : (original / medianSeconds(rounds)).toFixed(2)),
    },
    {title: 'peak MiB', text: ({rounds}) => peakMib(rounds)},
  ];
}

const goalColumn: Column<WayRow> = {
  title: 'goal',
  text: ({goal}) => (goal === undefined ? '' : `≥ ${goal} ×`),
};

function megabytes(rounds: readonly Measured[]): number {
  return (rounds[0]?.bytes ?? 0) / 1e6;
}
