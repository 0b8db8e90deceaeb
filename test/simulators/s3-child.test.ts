import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {GetObjectCommand, ListObjectsV2Command, S3Client} from '@aws-sdk/client-s3';
import {expect, it, onTestFinished} from 'vitest';
import {z} from 'zod';

const script = fileURLToPath(new URL('./s3-child.ts', import.meta.url));
const ready = z.object({
  endpoint: z.url(),
  bucket: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});

async function child(wanted: object) {
  const process_ = spawn(process.execPath, [script, JSON.stringify(wanted)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(process_, 'exit');
  onTestFinished(() => void process_.kill('SIGKILL'));
  const [line] = await once(process_.stdout, 'data');
  const {endpoint, bucket: Bucket, ...credentials} = ready.parse(JSON.parse(String(line)));
  const client = new S3Client({endpoint, forcePathStyle: true, region: 'auto', credentials});
  onTestFinished(() => client.destroy());
  const read = async (Key: string) => {
    const {Body, ETag} = await client.send(new GetObjectCommand({Bucket, Key}));
    return {content: Buffer.from((await Body?.transformToByteArray()) ?? []), etag: ETag};
  };
  const list = () => client.send(new ListObjectsV2Command({Bucket}));
  return {process: process_, exited, read, list};
}

it('the simulator as a process serves the same objects each time, until its input ends', async () => {
  const wanted = {objects: 3, bytes: 1_000, prefix: 'flat/'};
  const [one, two] = [await child(wanted), await child(wanted)];
  const {Contents = []} = await one.list();
  expect(Contents).toMatchObject(
    ['flat/00000000.bin', 'flat/00000001.bin', 'flat/00000002.bin'].map(Key => ({Key, Size: 1_000})),
  );
  expect(await two.list()).toMatchObject({Contents});
  const first = await one.read('flat/00000000.bin');
  expect(first.content).toHaveLength(1_000);
  expect(await two.read('flat/00000000.bin')).toEqual(first);
  expect((await one.read('flat/00000001.bin')).content).not.toEqual(first.content);
  one.process.stdin.end();
  two.process.kill('SIGTERM');
  expect(await one.exited).toEqual([0, null]);
  expect(await two.exited).toEqual([0, null]);
});
