import {closeSync, fsyncSync, openSync, writeSync} from 'node:fs';
import {availableParallelism, cpus, loadavg} from 'node:os';
import {join} from 'node:path';

/** What the figures depend on. The original flushes several times for each file, so a slower disk flatters us. */
export function heading(folder: string): string {
  const cpu = cpus()[0]?.model ?? 'unknown CPU';
  return [
    `Node ${process.version}, ${availableParallelism()} × ${cpu}, ${process.platform}`,
    `a flush to this disk takes ${flushMs(join(folder, 'flush')).toFixed(2)} ms\n\n`,
  ].join('\n');
}

function flushMs(path: string): number {
  const flushes = 200;
  const file = openSync(path, 'w');
  const startedAt = performance.now();
  for (let flush = 0; flush < flushes; flush++) {
    writeSync(file, Buffer.alloc(4_096));
    fsyncSync(file);
  }
  closeSync(file);
  return (performance.now() - startedAt) / flushes;
}

/** With the load at its end: what else the machine does is in every figure. */
export function printTable(title: string, lines: string): void {
  print(`${title}; load ${loadavg()[0]?.toFixed(1)}\n\n${lines}`);
}

export function print(text: string): void {
  process.stdout.write(text);
}
