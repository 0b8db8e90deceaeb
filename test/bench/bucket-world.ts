import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, rm} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {z} from 'zod';
import {formatBucket} from '../../src/config/bucket-address.ts';
import {freshIn, type World} from './world.ts';

/** So many objects of so many bytes each. */
export interface BucketCorpus {
  readonly objects: number;
  readonly bytes: number;
}

/** Keys of empty objects, each request for which takes `latencyMs` longer. */
export interface KeysCorpus {
  readonly objects: number;
  readonly named: 'flat' | 'hex' | 'nested';
  readonly latencyMs: number;
}

const ready = z.object({
  endpoint: z.string(),
  bucket: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});

/**
 * The S3 simulator as a process of its own on loopback, as it would be on another machine: it shares the CPUs with whom
 * it serves, but no thread. It verifies every signature. Ends with the world, or with this process.
 */
export async function makeBucket(root: string, corpus: BucketCorpus | KeysCorpus): Promise<World> {
  const script = 'named' in corpus ? './keys-server.ts' : '../simulators/s3-child.ts';
  const server = spawn(
    process.execPath,
    [fileURLToPath(new URL(script, import.meta.url)), JSON.stringify(corpus)],
    {stdio: ['pipe', 'pipe', 'inherit']},
  );
  const exited = once(server, 'exit');
  const [line] = await Promise.race([
    once(server.stdout, 'data'),
    exited.then(([code]) => Promise.reject(new Error(`${script} ended with ${code} before it was ready`))),
  ]);
  const {endpoint, bucket, accessKeyId, secretAccessKey} = ready.parse(JSON.parse(String(line)));
  await mkdir(root, {recursive: true});
  return {
    source: formatBucket({bucket, prefix: '', endpoint}),
    files: corpus.objects,
    environment: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: 'us-east-1',
    },
    fresh: freshIn(root),
    [Symbol.asyncDispose]: async () => {
      server.stdin.end();
      await exited;
      await rm(root, {recursive: true});
    },
  };
}
