import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';
import {S3Client} from '@aws-sdk/client-s3';
import {OperatorError} from '../core/operator-error.ts';
import {noCredentials} from '../core/troubles/of-buckets.ts';
import {anyRegion, isAws, regionOf, requireBucket, requireEndpoint, resolveUrl} from './s3-address.ts';
import {type AwsEnvironment, endpointOfProfile} from './s3-profile.ts';

/** Where a bucket is, and how it is reached. Credentials come from the environment or a profile, as AWS tools take them. */
export interface S3Place {
  /** What the operator calls it, in what is said of it. */
  readonly end?: 'source' | 'provider';
  readonly bucket: string;
  /** https://ACCOUNT.r2.cloudflarestorage.com, https://s3.REGION.backblazeb2.com …; AWS where there is none. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  /** The SDK knows it by itself; a profile's endpoint is looked up with this one. */
  readonly environment?: AwsEnvironment;
  /** Where neither is to be asked: for a bucket whose config has them, or one that was made for the occasion. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
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
  /** For its credentials, which it renews before they expire; set up for any service that may be asked through it. */
  readonly client: S3Client;
  readonly agents: {readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent};
  /** The bucket's own address, path style. */
  readonly url: URL;
  readonly region: string;
}

/**
 * Where a bucket is and as whom it is asked, as the SDK finds it in place, environment and profile; nothing is sent.
 * The regions of R2 and B2 follow from their addresses, so that one of AWS in the environment does no harm.
 */
export async function connectS3(
  place: S3Place,
  timeouts: S3Timeouts = defaultTimeouts,
): Promise<S3Connection> {
  const {bucket, profile} = place;
  requireBucket(bucket, place.end);
  const endpoint =
    place.endpoint ??
    (profile === undefined ? undefined : await endpointOfProfile(profile, place.environment ?? {}));
  if (endpoint !== undefined) requireEndpoint(endpoint, bucket);
  const agents = {
    'http:': new HttpAgent({keepAlive: true, maxSockets}),
    'https:': new HttpsAgent({keepAlive: true, maxSockets}),
  };
  const clientIn = (region: string | undefined, credentials = place.credentials) =>
    clientOf({profile, endpoint, region, credentials}, agents, timeouts);
  try {
    const named = await clientIn(place.region)
      .config.region()
      .catch(() => undefined);
    const url = await resolveUrl(clientIn(named ?? anyRegion, nobody), bucket);
    const region = place.region ?? regionOf(url) ?? named ?? (isAws(url) ? undefined : anyRegion);
    if (region === undefined)
      throw new OperatorError(
        'usage',
        `${place.end ?? 'source'} s3://${bucket}: no region is known`,
        'Add --region, or set AWS_REGION. Where the bucket is not at AWS, add --endpoint.',
      );
    const client = clientIn(region);
    // Once: some programs that give them ask the operator each time.
    await client.config.credentials();
    return {client, agents, url, region};
  } catch (error) {
    throw explain(error, place);
  }
}

/** To have an address worked out, for which nobody needs to be known. */
const nobody = {accessKeyId: 'nobody', secretAccessKey: 'nobody'};

type Resolved = {
  readonly [Name in 'endpoint' | 'region' | 'profile' | 'credentials']: S3Place[Name] | undefined;
};

/** No type of the SDK has it, but what reads the profile's files takes it: they are read again when credentials are refreshed. */
const files = {ignoreCache: true};

/**
 * As services other than AWS need it: path style, no checksum headers or trailers that B2 and old servers refuse, no
 * waiting for "100 Continue", no retries of its own (the engine retries, and counts).
 */
function clientOf(
  {endpoint, region, profile, credentials}: Resolved,
  agents: S3Connection['agents'],
  {connectMs, idleMs}: S3Timeouts,
): S3Client {
  return new S3Client({
    ...files,
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
}

function explain(error: unknown, {end = 'source', bucket, profile}: S3Place): unknown {
  if (!(error instanceof Error) || error instanceof OperatorError) return error;
  if (error.name === 'CredentialsProviderError')
    return new OperatorError(
      'auth',
      `${end} s3://${bucket}: there are no credentials${profile === undefined ? '' : ` in the profile ${profile}`} (${error.message})`,
      noCredentials,
    );
  return new OperatorError(
    'usage',
    `${end} s3://${bucket}: its address can't be told (${error.message})`,
    'Look at --endpoint and --region, or at AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION and the profile.',
  );
}
