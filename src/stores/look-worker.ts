/**
 * A thread that looks at files in the order of a listing: synchronously this is six times as fast as one call after the
 * other through Node's own threads (measured on 20,000 files: 0.1 s beside 0.7 s of two cores). It looks at one after
 * the other, so where a disk or a network is slow it leaves the rest to those threads, which are four.
 */
import {lstatSync} from 'node:fs';
import {type MessagePort, parentPort} from 'node:worker_threads';
import {type LookAnswer, type LookRequest, longsOfLook} from './look-protocol.ts';

const port = requirePort();
/** Of one request; it also bounds what is begun after a stop. */
const longestMs = 20;

port.on('message', ({id, paths}: LookRequest) => {
  const startedAt = performance.now();
  const looks = new BigInt64Array(paths.length * longsOfLook);
  let looked = 0;
  for (const path of paths) {
    looks.set(lookAt(path), looked++ * longsOfLook);
    if (performance.now() - startedAt >= longestMs) break;
  }
  const answer: LookAnswer = {id, looks};
  port.postMessage(answer, [looks.buffer]);
});

/** Whatever is not simply a regular file is looked at again, by who can say what it is. */
function lookAt(path: string): readonly [bigint, bigint, bigint, bigint] {
  try {
    const info = lstatSync(path, {bigint: true});
    return [info.isFile() ? 1n : 0n, info.size, info.mtimeMs, info.mtimeNs];
  } catch {
    return [0n, 0n, 0n, 0n];
  }
}

function requirePort(): MessagePort {
  if (parentPort === null) throw new Error('look-worker runs only as a worker thread');
  return parentPort;
}
