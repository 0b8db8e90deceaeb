/**
 * How long an inventory of many objects takes, and how much memory: `node test/bench/inventory.ts [OBJECTS]`. A tenth
 * of it goes first: memory that grew with the file would show beside that.
 */
import {createReadStream, createWriteStream} from 'node:fs';
import {mkdtempDisposable, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {comparing} from '../../src/stores/inventory-compare.ts';
import {readInventory} from '../../src/stores/inventory-read.ts';
import {writeInventory} from '../../src/stores/inventory-write.ts';
import type {StoredObject} from '../../src/stores/object-store.ts';

const {signal} = new AbortController();
const mebibyte = 1_048_576;

async function* pages(count: number): AsyncGenerator<readonly StoredObject[]> {
  const size = 1_000;
  for (let from = 0; from < count; from += size)
    yield Array.from({length: Math.min(size, count - from)}, (_, index) => objectOf(from + index));
}

function objectOf(number: number): StoredObject {
  const digits = String(number).padStart(8, '0');
  const version = `${digits}c0ffee00c0ffee00c0ffee00`;
  return {
    key: `tenant/写真/${digits}-photo.jpg`,
    size: number,
    modifiedAt: 1_700_000_000_000 + number,
    version,
    fingerprint: `${version}-${number}`,
    fileId: `4_z${version.slice(0, 24)}_f${version.slice(0, 17)}_d20261120_m051200_c002_v0001_t0001`,
  };
}

async function readWhole(path: string): Promise<void> {
  for await (const page of readInventory(path, {signal}))
    if (page.length === 0) throw new Error('empty page');
}

/** The same on one line. */
async function joined(path: string): Promise<string> {
  const lines = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) yield chunk.toString('latin1').replaceAll('\n', '');
  };
  await pipeline(createReadStream(path), lines, createWriteStream(`${path}.one`, {encoding: 'latin1'}));
  return `${path}.one`;
}

async function measure(what: string, work: () => Promise<unknown>): Promise<void> {
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  const before = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  const {user, system} = process.cpuUsage(before);
  clearInterval(watch);
  const cpu = (user + system) / 1_000_000;
  process.stdout.write(
    `  ${what.padEnd(28)} ${seconds.toFixed(1)} s  (cpu ${cpu.toFixed(1)} s)  peak ${Math.round(peak / mebibyte)} MiB\n`,
  );
}

const most = Number(process.argv[2] ?? 1_000_000);
for (const count of [most / 10, most]) {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'headgate-bench-'));
  const path = join(folder.path, 'inventory.json');
  process.stdout.write(`${count.toLocaleString('en-US')} objects\n`);
  await measure('write', () => writeInventory(path, pages(count)));
  await measure('write what is there already', () => writeInventory(path, pages(count)));
  await measure('read', () => readWhole(path));
  const oneLine = await joined(path);
  await measure('read, all on one line', () => readWhole(oneLine));
  await measure('compare with the one before', async () => {
    for await (const _ of comparing(path, readInventory(oneLine, {signal}), signal).pages);
  });
  process.stdout.write(`  (${Math.round((await stat(path)).size / mebibyte)} MiB)\n`);
}
