import {readFileSync} from 'node:fs';

/** What a measured process did. */
export interface Counts {
  readonly files: number;
  /** Read from the files. */
  readonly bytes: number;
  /** Rows inserted or updated. */
  readonly written: number;
  /** To a service, where that is what is measured. */
  readonly requests?: number;
}

/**
 * Runs the work of a measured process and prints one line of JSON: its counts, its seconds, those that its threads had
 * the CPU (on a busy machine they vary less), and its peak memory.
 */
export async function report(work: () => Counts | Promise<Counts>): Promise<void> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const counts = await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const {user, system} = process.cpuUsage(cpuBefore);
  const cpuSeconds = (user + system) / 1e6;
  process.stdout.write(`${JSON.stringify({...counts, seconds, cpuSeconds, peakKib: peakKib()})}\n`);
}

/**
 * Peak resident memory of this process in KiB. On Linux maxRSS begins with the size of the parent when it forked
 * (getrusage(2); tried: 590 MB for an empty child of a parent of that size), so the process's own mark is read there.
 */
function peakKib(): number {
  return peakKibOf('self') ?? process.resourceUsage().maxRSS;
}

/** Of another process as well; null where it has ended, and where this is not a Linux. */
export function peakKibOf(pid: number | 'self'): number | null {
  try {
    const own = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return own === null ? null : Number(own[1]);
  } catch {
    return null;
  }
}
