import {hash} from 'node:crypto';
import {z} from 'zod';
import {startS3Simulator} from '../simulators/s3-server.ts';

/**
 * The S3 simulator as a process of its own, with many empty objects whose keys are of one kind:
 * `node keys-server.ts '{"objects": 200000, "named": "hex", "latencyMs": 20}'`. Prints where it is as one line of JSON,
 * and serves until its standard input ends.
 */

const kinds = {
  flat: (number: number) => `${String(number).padStart(8, '0')}.bin`,
  hex: (number: number) => `${hash('md5', String(number))}.bin`,
  /** Ten letters, in each so many folders that one has a hundred objects. */
  nested: (number: number) => {
    const folder = Math.floor(number / 1_000);
    const letter = String.fromCharCode(0x61 + (Math.floor(number / 100) % 10));
    return `${letter}/${String(folder).padStart(4, '0')}/${String(number).padStart(8, '0')}.bin`;
  },
} as const;

const wanted = z.strictObject({
  objects: z.int().nonnegative(),
  named: z.literal(['flat', 'hex', 'nested']),
  latencyMs: z.number().nonnegative(),
});
const {objects, named, latencyMs} = wanted.parse(JSON.parse(process.argv[2] ?? '{}'));

function* keys(): Generator<string> {
  for (let number = 0; number < objects; number++) yield kinds[named](number);
}

const simulator = await startS3Simulator({keepRequests: false});
simulator.putMany(keys());
simulator.inject({type: 'latency', ms: latencyMs});

const {endpoint, bucket, accessKeyId, secretAccessKey} = simulator;
process.stdout.write(`${JSON.stringify({endpoint, bucket, accessKeyId, secretAccessKey})}\n`);
process.stdin.once('end', () => void simulator.stop()).resume();
