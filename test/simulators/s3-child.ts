import {createCipheriv, hash} from 'node:crypto';
import {z} from 'zod';
import {startS3Simulator} from './s3-server.ts';

/**
 * The simulator as a process of its own, for the benchmark: `node s3-child.ts '{"objects": 10000, "bytes": 10240}'`.
 * Prints {endpoint, bucket, accessKeyId, secretAccessKey} as one line of JSON when it is ready, and serves until its
 * standard input ends or it is told to terminate. ETags are opaque: to hash all contents would take longer than to serve.
 */

const wanted = z.strictObject({
  objects: z.int().nonnegative(),
  /** Of every object. */
  bytes: z.int().nonnegative(),
  prefix: z.string().default(''),
  latencyMs: z.number().nonnegative().default(0),
});
const {objects, bytes, prefix, latencyMs} = wanted.parse(JSON.parse(process.argv[2] ?? '{}'));

/** The contents are windows on one block of noise, so that a million objects need no more memory than one. */
const windows = 1 << 20;
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(bytes + windows),
);
const modifiedAt = Date.UTC(2026, 0, 1);

function generated(key: string) {
  const digest = hash('md5', key, 'buffer');
  const start = digest.readUInt32BE() % windows;
  return {content: noise.subarray(start, start + bytes), etag: `${digest.toString('hex')}-1`, modifiedAt};
}

function* keys(): Generator<string> {
  for (let number = 0; number < objects; number++) yield `${prefix}${String(number).padStart(8, '0')}.bin`;
}

const simulator = await startS3Simulator({keepRequests: false});
simulator.putMany(keys(), generated);
if (latencyMs > 0) simulator.inject({type: 'latency', ms: latencyMs});

const {endpoint, bucket, accessKeyId, secretAccessKey} = simulator;
process.stdout.write(`${JSON.stringify({endpoint, bucket, accessKeyId, secretAccessKey})}\n`);

const stop = () => void simulator.stop().then(() => process.stdin.destroy());
process.once('SIGTERM', stop);
process.stdin.once('end', stop).resume();
