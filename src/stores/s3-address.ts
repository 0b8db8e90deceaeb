import {HeadBucketCommand, type S3Client} from '@aws-sdk/client-s3';
import {OperatorError} from '../core/operator-error.ts';

/** For a server that has no regions, or takes any. */
export const anyRegion = 'us-east-1';

/** What an address says of its region; undefined where it says nothing. */
export function regionOf({hostname}: URL): string | undefined {
  if (hostname.endsWith('.r2.cloudflarestorage.com')) return 'auto';
  return /^s3\.([\w-]+)\.backblazeb2\.com$/.exec(hostname)?.[1];
}

export function isAws({hostname}: URL): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(hostname);
}

/** What could not be part of a path as it is, or would change it. */
export function requireBucket(bucket: string, end: 'source' | 'provider' = 'source'): void {
  if (/^[\w:-][\w.:-]*$/.test(bucket)) return;
  throw new OperatorError(
    'usage',
    `${end} s3://${bucket}: this is no name of a bucket`,
    'Name it as s3://BUCKET or s3://BUCKET/PREFIX.',
  );
}

export function requireEndpoint(endpoint: string, bucket: string): void {
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw badEndpoint(endpoint, 'this is no address', 'Name it as https://HOST, or http://HOST:PORT.');
  if (url.username !== '' || url.password !== '')
    throw badEndpoint(
      `${url.protocol}//…@${url.host}`,
      'an endpoint must not hold credentials',
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
    );
  if (url.search !== '' || url.hash !== '')
    throw badEndpoint(endpoint, 'an endpoint has no query', 'Name it as https://HOST, or http://HOST:PORT.');
  const path = url.pathname.replace(/\/$/, '');
  if (path.endsWith(`/${bucket}`))
    throw badEndpoint(
      endpoint,
      `the endpoint names the bucket ${bucket} as well`,
      `Leave it out: --endpoint ${url.origin}${path.slice(0, -bucket.length - 1)}`,
    );
}

function badEndpoint(endpoint: string, what: string, hint: string): OperatorError {
  return new OperatorError('usage', `endpoint ${endpoint}: ${what}`, hint);
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
export async function resolveUrl(client: S3Client, bucket: string): Promise<URL> {
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
