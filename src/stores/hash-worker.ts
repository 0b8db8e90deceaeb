/**
 * A thread that hashes files. Between two slices of a large file it does what small ones have come, so that these wait
 * for milliseconds, whatever lies before them; large ones take turns. A stop is looked for before every chunk, and what
 * was hashed of a large file by then is kept, without the file being open, for whoever asks for the same again.
 */
import {type MessagePort, parentPort, workerData} from 'node:worker_threads';
import {faultOf} from './directory-faults.ts';
import {FileHash, type KeptHash} from './file-hash.ts';
import {
  type HashAnswer,
  type HashRequest,
  isLarge,
  mostKept,
  type Stops,
  sliceBytes,
  type ToHashThread,
} from './hash-protocol.ts';

interface LargeFile {
  readonly request: HashRequest;
  /** Opened when its turn comes. */
  hash: FileHash | null;
  reported: number;
  reportedAt: number;
  /**
   * One report is under way at a time, and the file ends after the last was heard: who stops or changes it on hearing of
   * it is in time, however fast the thread is.
   */
  isHeard: boolean;
}

const port = requirePort();
const stops: Stops = workerData;
const small: (readonly HashRequest[])[] = [];
/** Whose turn it is stands first. */
const large: LargeFile[] = [];
const kept = new Map<string, KeptHash>();
let isGoing = false;

/** A slow disk gives fewer bytes in a turn. */
const sliceMs = 8;
const reportEveryMs = 75;
/** Nobody waits longer than that for an answer because of what was asked behind it. */
const answersWithinMs = 5;

port.on('message', (message: ToHashThread) => {
  // Who is stopped and asked for again at once finds what was kept.
  letGoOfStopped();
  if (message.op === 'heard') hear(message.id);
  else take(message.files);
  goOn();
});

function take(files: readonly HashRequest[]): void {
  const batch = files.filter(file => !isLarge(file));
  if (batch.length > 0) small.push(batch);
  for (const request of files)
    if (isLarge(request))
      large.push({request, hash: null, reported: 0, reportedAt: Number.NEGATIVE_INFINITY, isHeard: true});
}

function hear(id: number): void {
  for (const file of large) if (file.request.id === id) file.isHeard = true;
}

/** Turns are parted by the event loop, which brings the messages. */
function goOn(): void {
  if (isGoing || (small.length === 0 && !large.some(isReady))) return;
  isGoing = true;
  setImmediate(() => {
    isGoing = false;
    letGoOfStopped();
    hashSmall(small.shift() ?? []);
    const next = large.find(isReady);
    if (next !== undefined) hashSlice(next);
    goOn();
  });
}

function isReady({hash, isHeard}: LargeFile): boolean {
  return isHeard || hash?.isAtEnd !== true;
}

function hashSmall(batch: readonly HashRequest[]): void {
  let answers: HashAnswer[] = [];
  let answeredAt = performance.now();
  for (const request of batch) {
    answers.push(hashWhole(request));
    if (performance.now() - answeredAt < answersWithinMs) continue;
    port.postMessage(answers);
    answers = [];
    answeredAt = performance.now();
  }
  if (answers.length > 0) port.postMessage(answers);
}

function hashWhole(request: HashRequest): HashAnswer {
  const {id, size} = request;
  if (isStopped(request)) return {op: 'stopped', id};
  let file: FileHash | null = null;
  try {
    file = new FileHash(request, null);
    while (!file.isAtEnd) {
      if (isStopped(request)) return {op: 'stopped', id};
      file.hashChunk();
    }
    return {op: 'done', id, sha256: file.digest(), bytes: size};
  } catch (error) {
    return failed(request, error);
  } finally {
    file?.close();
  }
}

function hashSlice(file: LargeFile): void {
  large.splice(large.indexOf(file), 1);
  const answer = sliceOf(file);
  if (answer === null) large.push(file);
  else {
    file.hash?.close();
    port.postMessage([answer]);
  }
}

/** What ends it, or null where there is more to do. */
function sliceOf(file: LargeFile): HashAnswer | null {
  const {request} = file;
  try {
    file.hash ??= open(file);
    const until = file.hash.position + sliceBytes;
    const startedAt = performance.now();
    while (!file.hash.isAtEnd && file.hash.position < until) {
      if (isStopped(request)) return stopped(file);
      file.hash.hashChunk();
      const now = performance.now();
      report(file, file.hash, now);
      if (now - startedAt >= sliceMs) break;
    }
    if (!file.hash.isAtEnd || !file.isHeard) return null;
    const bytes = request.size - file.reported;
    return {op: 'done', id: request.id, sha256: file.hash.digest(), bytes};
  } catch (error) {
    return failed(request, error);
  }
}

function open(file: LargeFile): FileHash {
  const name = nameOf(file.request);
  const hash = new FileHash(file.request, kept.get(name) ?? null);
  kept.delete(name);
  if (hash.position > 0) report(file, hash, performance.now());
  return hash;
}

function report(file: LargeFile, {position}: FileHash, now: number): void {
  if (!file.isHeard || now - file.reportedAt < reportEveryMs) return;
  const bytes = position - file.reported;
  const reported: HashAnswer = {op: 'report', id: file.request.id, bytes};
  port.postMessage([reported]);
  file.isHeard = false;
  file.reported = position;
  file.reportedAt = now;
}

function letGoOfStopped(): void {
  for (const file of large.filter(({request}) => isStopped(request))) {
    large.splice(large.indexOf(file), 1);
    const answer = stopped(file);
    file.hash?.close();
    port.postMessage([answer]);
  }
}

/** The oldest makes room: whoever asks for that one begins anew. */
function stopped({request, hash}: LargeFile): HashAnswer {
  const state = hash?.kept() ?? null;
  if (state !== null) {
    kept.set(nameOf(request), state);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  }
  return {op: 'stopped', id: request.id};
}

function nameOf({root, key, version}: HashRequest): string {
  return JSON.stringify([root, key, version]);
}

function isStopped({id}: HashRequest): boolean {
  return Atomics.load(stops, id) === 1;
}

function failed({id, key}: HashRequest, error: unknown): HashAnswer {
  return {op: 'failed', id, fault: faultOf(error, key).toJSON()};
}

function requirePort(): MessagePort {
  if (parentPort === null) throw new Error('hash-worker runs only as a worker thread');
  return parentPort;
}
