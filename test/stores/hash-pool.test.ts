import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {closeSync, openSync, statSync, truncateSync, utimesSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import type {Worker} from 'node:worker_threads';
import {describe, expect, it} from 'vitest';
import {directoryStore} from '../../src/stores/directory.ts';
import {HashPool} from '../../src/stores/hash-pool.ts';
import {chunkBytes, type HashedFile} from '../../src/stores/hash-protocol.ts';
import {beginHashWorker} from '../../src/stores/hash-thread.ts';
import {sha256} from '../support/assets.ts';
import {listed, never} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';

const megabyte = 1e6;
const gigabyte = 1e9;

/** Nothing but zeros, and no place on the disk. */
function sparse(folder: string, key: string, size: number): HashedFile {
  closeSync(openSync(join(folder, key), 'w'));
  truncateSync(join(folder, key), size);
  return asListed(folder, key);
}

function small(folder: string, key: string): HashedFile {
  writeFileSync(join(folder, key), key);
  return asListed(folder, key);
}

function asListed(folder: string, key: string): HashedFile {
  const {size, mtimeNs} = statSync(join(folder, key), {bigint: true});
  return {root: folder, key, size: Number(size), version: `${size}-${mtimeNs}`};
}

function zeros(size: number, last = ''): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(megabyte);
  for (let at = 0; at < size - last.length; at += chunk.length)
    hash.update(chunk.subarray(0, Math.min(chunk.length, size - last.length - at)));
  return hash.update(last).digest('hex');
}

const refused = (hashing: Promise<string>): Promise<unknown> => hashing.catch((error: unknown) => error);

/** Stops at the second report, which comes when much more than a chunk is hashed. Its hash, if it ended before. */
async function stoppedOnTheWay(pool: HashPool, file: HashedFile) {
  const stop = new AbortController();
  const reason = new Error('paused');
  const reports: number[] = [];
  const onBytes = (count: number) => {
    if (reports.push(count) === 2) stop.abort(reason);
  };
  const outcome = await refused(pool.sha256(file, {signal: stop.signal, onBytes}));
  return {sha256: outcome === reason ? null : outcome, reports, bytes: sum(reports)};
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

describe('small files', () => {
  it('never wait for large ones, however many were asked for before', async () => {
    const folder = tempFolder();
    for (let number = 0; number < 40; number++) sparse(folder, `a${number}`, 10 * gigabyte);
    for (let number = 0; number < 400; number++) small(folder, `b${number}`);
    const store = await directoryStore(folder);
    const stop = new AbortController();
    const ended: string[] = [];
    let largeBytes = 0;
    const hashings = (await listed(store)).map(object => {
      const onBytes = (count: number) => {
        if (object.key.startsWith('a')) largeBytes += count;
      };
      const hashing = store.sha256(object, {signal: stop.signal, onBytes});
      const isEnded = hashing.then(hash => ended.push(`${object.key} ${hash}`));
      return {key: object.key, isEnded};
    });
    const isLarge = ({key}: {readonly key: string}) => key.startsWith('a');
    const others = Promise.allSettled(hashings.filter(isLarge).map(({isEnded}) => isEnded));
    await Promise.all(hashings.filter(hashing => !isLarge(hashing)).map(({isEnded}) => isEnded));
    expect(largeBytes).toBeGreaterThan(0);
    expect(ended.toSorted()).toEqual(
      Array.from({length: 400}, (_, number) => `b${number} ${sha256(`b${number}`)}`).toSorted(),
    );
    const reason = new Error('enough');
    stop.abort(reason);
    expect(await others).toEqual(Array(40).fill({status: 'rejected', reason}));
  });
});

describe('a large file', () => {
  it('has the hash of its bytes, all of which are told of', async () => {
    const file = sparse(tempFolder(), 'sparse', 300 * megabyte);
    let read = 0;
    const hashing = new HashPool().sha256(file, {signal: never, onBytes: count => (read += count)});
    expect(await hashing).toBe(zeros(file.size));
    expect(read).toBe(file.size);
  });

  it('that another process appends to while it is read has changed', async () => {
    const folder = tempFolder();
    const file = sparse(folder, 'sparse', 300 * megabyte);
    let reports = 0;
    const onBytes = () => {
      if (reports++ === 0) execFileSync('sh', ['-c', 'printf more >> "$0"', join(folder, 'sparse')]);
    };
    await expect(new HashPool().sha256(file, {signal: never, onBytes})).rejects.toMatchObject({
      kind: 'changed',
      message: 'sparse: the file changed while it was read',
    });
  });

  it('that is stopped again and again is gone on with each time, and ends with its hash', async () => {
    const pool = new HashPool({threads: 2});
    const file = sparse(tempFolder(), 'sparse', 1.5 * gigabyte);
    const first = await stoppedOnTheWay(pool, file);
    expect(first.sha256).toBeNull();
    expect(first.bytes).toBeGreaterThan(chunkBytes);
    for (let before = first; ; ) {
      const now = await stoppedOnTheWay(pool, file);
      expect(now.reports[0]).toBeGreaterThanOrEqual(before.bytes);
      if (now.sha256 !== null) {
        expect(now.sha256).toBe(zeros(file.size));
        expect(now.bytes).toBe(file.size);
        return;
      }
      before = now;
    }
  });

  it.each<[string, (path: string) => void]>([
    ['was touched', path => utimesSync(path, 2, 2)],
    [
      'was written, and its time put back',
      path => {
        const {mtime} = statSync(path);
        const file = openSync(path, 'r+');
        writeSync(file, 'end', 300 * megabyte - 3);
        closeSync(file);
        utimesSync(path, mtime, mtime);
      },
    ],
  ])('that %s after it was stopped is hashed from its beginning', async (what, change) => {
    const folder = tempFolder();
    const pool = new HashPool();
    sparse(folder, 'sparse', 300 * megabyte);
    utimesSync(join(folder, 'sparse'), 1, 1);
    const file = asListed(folder, 'sparse');
    expect((await stoppedOnTheWay(pool, file)).sha256).toBeNull();
    change(join(folder, 'sparse'));
    const reports: number[] = [];
    const onBytes = (count: number) => reports.push(count);
    const hash = await pool.sha256(asListed(folder, 'sparse'), {signal: never, onBytes});
    expect(hash).toBe(zeros(file.size, what === 'was touched' ? '' : 'end'));
    expect(reports[0]).toBeLessThanOrEqual(chunkBytes);
    expect(sum(reports)).toBe(file.size);
  });
});

describe('whoever asks', () => {
  it('is told of a stop at once, for what is read and for what waits', async () => {
    const folder = tempFolder();
    const pool = new HashPool({threads: 1});
    const stop = new AbortController();
    const reason = new Error('paused');
    const files = [
      ...Array.from({length: 10}, (_, number) => sparse(folder, `a${number}`, 10 * gigabyte)),
      ...Array.from({length: 500}, (_, number) => small(folder, `b${number}`)),
    ];
    const onBytes = () => stop.abort(reason);
    const outcomes = files.map(file => refused(pool.sha256(file, {signal: stop.signal, onBytes})));
    const told = await Promise.all(outcomes);
    expect(told.filter(outcome => outcome !== reason && typeof outcome !== 'string')).toEqual([]);
    expect(told.slice(0, 10)).toEqual(Array(10).fill(reason));
    expect(await pool.sha256(asListed(folder, 'b1'), {signal: never})).toBe(sha256('b1'));
  });

  it('and fails on hearing of bytes gets that failure, and the pool goes on', async () => {
    const folder = tempFolder();
    const pool = new HashPool({threads: 1});
    const mistake = new Error('a mistake of ours');
    const onBytes = () => {
      throw mistake;
    };
    for (const file of [small(folder, 'small'), sparse(folder, 'large', 10 * gigabyte)])
      expect(await refused(pool.sha256(file, {signal: never, onBytes}))).toBe(mistake);
    expect(await pool.sha256(small(folder, 'next'), {signal: never})).toBe(sha256('next'));
  });
});

it('a thread that dies fails what it had as what may be tried again, and another takes its place', async () => {
  const folder = tempFolder();
  const workers: Worker[] = [];
  const pool = new HashPool({
    threads: 1,
    begin: stops => {
      const worker = beginHashWorker(stops);
      workers.push(worker);
      return worker;
    },
  });
  const large = Array.from({length: 6}, (_, number) => sparse(folder, `large${number}`, 10 * gigabyte));
  const stop = new AbortController();
  const reports: string[] = [];
  const outcomes = large.map(file => {
    const onBytes = () => {
      reports.push(file.key);
      if (reports.length === 1) void workers[0]?.terminate();
      if (workers.length > 1) stop.abort(new Error('enough'));
    };
    return refused(pool.sha256(file, {signal: stop.signal, onBytes}));
  });
  const told = await Promise.all(outcomes);
  for (const [index, outcome] of told.slice(0, 4).entries())
    expect(outcome).toMatchObject({
      kind: 'server-error',
      message: expect.stringMatching(new RegExp(`^large${index}: the thread that read it has ended`)),
    });
  expect(told.slice(4)).toEqual([new Error('enough'), new Error('enough')]);
  expect(await pool.sha256(small(folder, 'next'), {signal: never})).toBe(sha256('next'));
  expect(workers).toHaveLength(2);
});
