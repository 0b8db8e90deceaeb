import {createHash} from 'node:crypto';
import {GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client} from '@aws-sdk/client-s3';
import type {LocalCloudflare} from '../../src/sandbox/local-cloudflare.ts';
import type {CloudflareSimulator} from '../simulators/cloudflare.ts';
import {type S3Proxy, s3ProxyFor} from '../simulators/s3-proxy.ts';
import {asAdmin, freshDatabase, postgresVariables} from '../support/postgres.ts';
import type {CrashProvider, CrashTarget} from './uploads-crash-world.ts';

/** A database of the simulator's, which its test has to itself. */
export function d1Place(simulator: CloudflareSimulator, database: string): CrashTarget {
  const {token, accountId, baseUrl} = simulator;
  return {
    address: `d1:${database}`,
    name: database,
    env: {
      CLOUDFLARE_API_TOKEN: token,
      CLOUDFLARE_ACCOUNT_ID: accountId,
      CLOUDFLARE_BASE_URL: baseUrl,
    },
    sql: async statement => (await simulator.sql(statement, database)).map(row => ({...row})),
  };
}

/** A new database of the server of the tests, gone with the test. */
export async function postgresPlace(): Promise<CrashTarget> {
  const url = await freshDatabase();
  const name = new URL(url).pathname.slice(1);
  return {
    address: url,
    name,
    env: postgresVariables(),
    sql: async statement => (await asAdmin(statement, url)).map(row => ({...row})),
  };
}

export interface BucketPlace extends CrashProvider {
  readonly proxy: S3Proxy;
  /** Of each object, when it was written last. */
  written(): Promise<Readonly<Record<string, string>>>;
}

let made = 0;

/** A prefix of a real R2, behind a proxy; what of its uploads in parts is open counts as an object. */
export async function bucketPlace({s3}: Pick<LocalCloudflare, 's3'>, secret?: string): Promise<BucketPlace> {
  const {endpoint, bucket, accessKeyId, secretAccessKey} = s3;
  const proxy = await s3ProxyFor(endpoint);
  const prefix = `crash & ${++made}/`;
  const client = new S3Client({
    endpoint,
    region: 'auto',
    credentials: {accessKeyId, secretAccessKey},
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
  });
  const list = async () =>
    (await client.send(new ListObjectsV2Command({Bucket: bucket, Prefix: prefix}))).Contents ?? [];
  const shaOf = async (key: string) => {
    const {Body} = await client.send(new GetObjectCommand({Bucket: bucket, Key: key}));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    return createHash('sha256').update(bytes).digest('hex');
  };
  return {
    proxy,
    config: {
      s3: `s3://${bucket}/${prefix}`,
      endpoint: proxy.endpoint,
      region: 'auto',
      credentials: {accessKeyId: {env: 'TEST_KEY'}, secretAccessKey: {env: 'TEST_SECRET'}},
    },
    env: {TEST_KEY: accessKeyId, TEST_SECRET: secret ?? secretAccessKey},
    objects: async () => {
      const objects = await Promise.all(
        (await list()).map(async ({Key = ''}) => [Key.slice(prefix.length), await shaOf(Key)] as const),
      );
      const open = proxy.openUploads.map(id => [`open upload ${id}`, ''] as const);
      return Object.fromEntries([...objects, ...open]);
    },
    written: async () =>
      Object.fromEntries(
        (await list()).map(({Key = '', LastModified}) => [Key.slice(prefix.length), String(LastModified)]),
      ),
    put: async (name, bytes) => {
      await client.send(new PutObjectCommand({Bucket: bucket, Key: prefix + name, Body: bytes}));
    },
  };
}
