import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {Agent, get, type IncomingMessage} from 'node:http';
import {GetObjectCommand} from '@aws-sdk/client-s3';
import {SignatureV4} from '@smithy/signature-v4';
import type {BucketAddress} from '../../src/config/bucket-address.ts';
import type {StoredObject} from '../../src/stores/object-store.ts';
import {s3Store} from '../../src/stores/s3.ts';
import {sdkClient} from './sdk-client.ts';

/** Reads and hashes one object, and answers with the number of its bytes. */
export type Read = (object: StoredObject) => Promise<number>;

/** What is not to be measured, such as signing, is done for all objects before. */
type Reader = (address: BucketAddress, objects: readonly StoredObject[]) => Promise<Read>;

const never = new AbortController().signal;

/** The store's own: signed, guarded by If-Match, lengths compared, broken bodies gone on with. */
export const readByStore: Reader = async address => {
  const store = await s3Store({...address, label: 'bucket'});
  return async object => {
    let bytes = 0;
    const onBytes = (count: number) => {
      bytes += count;
    };
    await store.sha256(object, {signal: never, onBytes});
    return bytes;
  };
};

/** The SDK's GetObject, its body as a stream. */
export const readBySdk: Reader = async address => {
  const client = sdkClient(address);
  return async ({key}) => {
    const {Body} = await client.send(new GetObjectCommand({Bucket: address.bucket, Key: key}));
    if (Body === undefined || !(Symbol.asyncIterator in Body)) throw new Error(`${key}: no body came`);
    return hashStream(Body);
  };
};

/**
 * The least that Node can do: `http.get` with kept connections, and nothing that would notice a fault. The server
 * verifies signatures, so all requests are signed before the clock starts.
 */
export const readByHttp: Reader = async (address, objects) => {
  const url = new URL(`${address.endpoint}/${address.bucket}`);
  const {region, credentials, sha256} = sdkClient(address).config;
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const signed = new Map<string, {readonly path: string; readonly headers: Record<string, string>}>();
  for (const {key} of objects) {
    const path = `${url.pathname}/${key}`;
    const {headers} = await signer.sign({
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      path,
      headers: {host: url.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD'},
    });
    signed.set(key, {path, headers});
  }
  const agent = new Agent({keepAlive: true, maxSockets: Number.POSITIVE_INFINITY});
  return async ({key}) => {
    const request = signed.get(key);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({agent, hostname: url.hostname, port: url.port, ...request}, resolve).on('error', reject);
    });
    if (response.statusCode !== 200) throw new Error(`${key}: the server answered ${response.statusCode}`);
    return hashResponse(response);
  };
};

async function hashStream(body: AsyncIterable<unknown>): Promise<number> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a body that is not of bytes');
    hash.update(chunk);
    bytes += chunk.length;
  }
  hash.digest('hex');
  return bytes;
}

async function hashResponse(response: IncomingMessage): Promise<number> {
  const hash = createHash('sha256');
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  await once(response, 'end');
  hash.digest('hex');
  return bytes;
}
