import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';
import {HeadBucketCommand, S3Client} from '@aws-sdk/client-s3';
import {OperatorError} from '../core/operator-error.ts';

/** Where a bucket is, and how it is reached. Credentials come from the environment or a profile, as AWS tools take them. */
export interface S3Place {
  readonly bucket: string;
  /** https://ACCOUNT.r2.cloudflarestorage.com, https://s3.REGION.backblazeb2.com …; AWS where there is none. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  /** For a place that was made for the occasion, such as the sandbox: no config has these. */
  readonly credentials?: {readonly accessKeyId: string; readonly secretAccessKey: string};
}

export interface S3Timeouts {
  /** Until a connection stands. */
  readonly connectMs: number;
  /** Without a byte: before the answer's head, or in the middle of a body. */
  readonly idleMs: number;
}

export const defaultTimeouts: S3Timeouts = {connectMs: 10_000, idleMs: 30_000};
/** More than the limiter ever grants to one host. */
const maxSockets = 512;

export interface S3Connection {
  readonly client: S3Client;
  readonly agents: {readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent};
  /** The bucket's own address, path style. */
  readonly url: URL;
  readonly region: string;
}

/**
 * The SDK's client as services other than AWS need it: path style, no checksum headers or trailers that B2 and old
 * servers refuse, no waiting for "100 Continue", no retries of its own (the engine retries, and counts).
 */
export async function connectS3(place: S3Place, {connectMs, idleMs}: S3Timeouts): Promise<S3Connection> {
  const {bucket, endpoint, region = regionOf(endpoint), profile, credentials} = place;
  const agents = {
    'http:': new HttpAgent({keepAlive: true, maxSockets}),
    'https:': new HttpsAgent({keepAlive: true, maxSockets}),
  };
  const client = new S3Client({
    ...(endpoint === undefined ? {} : {endpoint}),
    ...(region === undefined ? {} : {region}),
    ...(profile === undefined ? {} : {profile}),
    ...(credentials === undefined ? {} : {credentials: {...credentials}}),
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    maxAttempts: 1,
    requestHandler: {
      httpAgent: agents['http:'],
      httpsAgent: agents['https:'],
      connectionTimeout: connectMs,
      requestTimeout: idleMs,
      socketTimeout: idleMs,
      throwOnRequestTimeout: true,
    },
  });
  try {
    return {client, agents, url: await resolveUrl(client, bucket), region: await client.config.region()};
  } catch (error) {
    throw explain(error, bucket);
  }
}

/** What an endpoint's name says of its region. An S3 server of one's own takes any. */
function regionOf(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  const {hostname} = new URL(endpoint);
  const b2 = /^s3\.([\w-]+)\.backblazeb2\.com$/.exec(hostname);
  if (b2?.[1] !== undefined) return b2[1];
  if (hostname.endsWith('.r2.cloudflarestorage.com')) return 'auto';
  return hostname.endsWith('.amazonaws.com') ? undefined : 'us-east-1';
}

class Resolved extends Error {
  readonly url: URL;

  constructor(url: URL) {
    super('resolved');
    this.url = url;
  }
}

interface Addressed {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

/** The address that the SDK would ask, with environment and profile taken into account; nothing is sent. */
async function resolveUrl(client: S3Client, bucket: string): Promise<URL> {
  const command = new HeadBucketCommand({Bucket: bucket});
  command.middlewareStack.add(
    () => async args => {
      if (!isAddressed(args.request)) throw new TypeError('the SDK made a request without an address');
      const {protocol, hostname, port, path} = args.request;
      const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      throw new Resolved(new URL(origin + path.replace(/\/$/, '')));
    },
    {step: 'build', priority: 'low'},
  );
  try {
    await client.send(command);
  } catch (error) {
    if (error instanceof Resolved) return error.url;
    throw error;
  }
  throw new TypeError('the SDK sent a request that was to be stopped');
}

function isAddressed(request: unknown): request is Addressed {
  return typeof request === 'object' && request !== null && 'hostname' in request && 'path' in request;
}

function explain(error: unknown, bucket: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'CredentialsProviderError')
    return new OperatorError(
      'auth',
      `source s3://${bucket}: there are no credentials (${error.message})`,
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or a profile in the config. For R2 and B2 they are the keys of an API token for S3.',
    );
  if (/region/i.test(error.message))
    return new OperatorError(
      'usage',
      `source s3://${bucket}: no region is known (${error.message})`,
      'Add --region, or set AWS_REGION; for R2 it is auto.',
    );
  return error;
}
