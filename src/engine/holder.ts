import {readFileSync, readlinkSync} from 'node:fs';
import {hostname, userInfo} from 'node:os';
import type {Holder} from '../ledger/records.ts';

/** Who works: written into leases and runs, so that another process can tell whether this one is still alive. */
export interface Self {
  readonly holder: Holder;
  readonly user: string;
  /** False only where it is certain that the holder is gone: same machine, and no such process. */
  isAlive(holder: Holder): boolean;
}

export function thisProcess(nonce: string): Self {
  const host = machine();
  const user = userName();
  const pid = process.pid;
  const start = processStart(pid) ?? '';
  const holder: Holder = {
    name: `${user}@${hostname()}:${pid}:${start}-${nonce}`,
    host,
    pid,
    processStart: start,
  };
  return {
    holder,
    user,
    isAlive: other => other.host !== host || other.name === holder.name || isRunning(other),
  };
}

/** The name of the machine alone: what lies on its disks outlives a restart. */
export function machineOf({host}: Pick<Holder, 'host'>): string {
  return host.split(' ', 1)[0] ?? host;
}

/** A holder as a lease names it; null where the name is not one of ours. */
export function parseHolder(name: string, host: string): Holder | null {
  const parts = /:(\d+):(\d*)-[^:]*$/.exec(name);
  return parts === null ? null : {name, host, pid: Number(parts[1]), processStart: parts[2] ?? ''};
}

function isRunning({pid, processStart: start}: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  const now = processStart(pid);
  return now === null || start === '' || now === start;
}

/** Process ids mean something only within one boot and one pid namespace: two containers may share a host name. */
function machine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()} ${boot.slice(0, 8)} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Clock ticks since boot at which a process started (field 22 of /proc/PID/stat); null where that can't be read. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
