import {createHmac, createSecretKey, hash, type KeyObject} from 'node:crypto';
import {S3Error} from './s3-errors.ts';
import {type S3Request, uriEncode} from './s3-request.ts';

const algorithm = 'AWS4-HMAC-SHA256';
const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const allowedSkew = 15 * 60_000;

export interface Verification {
  /** Secret by access key id. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Region that the signature has to name; null is any. */
  readonly region: string | null;
  /** The server's clock. */
  readonly now: number;
}

/**
 * Verifies AWS Signature V4 in the Authorization header: request, signed headers, date, and that the body is the one
 * that was signed. Left out: presigned URLs, signed chunks, and whether a session token is genuine.
 */
export class SignatureVerifier {
  readonly #derivedKeys = new Map<string, KeyObject>();

  /** The access key id that signed. */
  verify(request: S3Request, {secrets, region, now}: Verification): string {
    const {headers} = request;
    if (headers.authorization === undefined) throw new S3Error('AccessDenied');
    const [, accessKeyId, date, signedFor, signedHeaders, signature] =
      authorizationForm.exec(headers.authorization) ?? [];
    if (!(accessKeyId && date && signedFor && signedHeaders && signature))
      throw new S3Error('AuthorizationHeaderMalformed');
    if (region !== null && signedFor !== region) throw wrongRegion(signedFor, region);
    const time = signedTime(headers['x-amz-date'], date);
    if (Math.abs(now - Date.parse(time.iso)) > allowedSkew)
      throw new S3Error('RequestTimeTooSkewed', {
        elements: {RequestTime: time.basic, ServerTime: new Date(now).toISOString()},
      });
    const secret = secrets.get(accessKeyId);
    if (secret === undefined)
      throw new S3Error('InvalidAccessKeyId', {elements: {AWSAccessKeyId: accessKeyId}});
    requireSigned(request, signedHeaders);

    const canonical = canonicalRequest(request, signedHeaders);
    const stringToSign = `${algorithm}\n${time.basic}\n${date}/${signedFor}/s3/aws4_request\n${hash('sha256', canonical)}`;
    const expected = createHmac('sha256', this.#derivedKey(secret, date, signedFor))
      .update(stringToSign)
      .digest('hex');
    if (expected !== signature)
      throw new S3Error('SignatureDoesNotMatch', {
        elements: {
          AWSAccessKeyId: accessKeyId,
          StringToSign: stringToSign,
          SignatureProvided: signature,
          CanonicalRequest: canonical,
        },
      });
    return accessKeyId;
  }

  /** A KeyObject: createHmac takes 2 µs with it, and 11 µs with the same bytes in a Buffer. */
  #derivedKey(secret: string, date: string, region: string): KeyObject {
    const id = `${date}/${region}/${secret}`;
    const known = this.#derivedKeys.get(id);
    if (known !== undefined) return known;
    let bytes = Buffer.from(`AWS4${secret}`);
    for (const part of [date, region, 's3', 'aws4_request'])
      bytes = createHmac('sha256', bytes).update(part).digest();
    const key = createSecretKey(bytes);
    this.#derivedKeys.set(id, key);
    return key;
  }
}

/** Refuses a body that is not the one whose hash was signed. */
export function verifyBody({headers}: S3Request, body: Buffer): void {
  const signed = headers['x-amz-content-sha256'];
  if (signed !== 'UNSIGNED-PAYLOAD' && signed !== hash('sha256', body))
    throw new S3Error('XAmzContentSHA256Mismatch');
}

export function wrongRegion(signedFor: string, expected: string): S3Error {
  return new S3Error('AuthorizationHeaderMalformed', {
    message: `The authorization header is malformed; the region '${signedFor}' is wrong; expecting '${expected}'`,
    headers: {'x-amz-bucket-region': expected},
    elements: {Region: expected},
  });
}

function signedTime(header: string | string[] | undefined, date: string): {basic: string; iso: string} {
  const [basic, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(header)) ?? [];
  if (basic === undefined || !basic.startsWith(date))
    throw new S3Error('AccessDenied', {
      message: 'AWS authentication requires a valid Date or x-amz-date header',
    });
  return {basic, iso: `${year}-${month}-${day}T${hour}:${minute}:${second}Z`};
}

function requireSigned({headers}: S3Request, signedHeaders: string): void {
  if (headers['x-amz-content-sha256'] === undefined)
    throw new S3Error('InvalidArgument', {
      message: 'Missing required header for this request: x-amz-content-sha256',
    });
  const signed = signedHeaders.split(';');
  const unsigned = Object.keys(headers).filter(
    name => (name === 'host' || name.startsWith('x-amz-')) && !signed.includes(name),
  );
  if (unsigned.length > 0)
    throw new S3Error('AccessDenied', {
      message: 'There were headers present in the request which were not signed',
      elements: {HeadersNotSigned: unsigned.join(', ')},
    });
}

function canonicalRequest({method, path, query, headers}: S3Request, signedHeaders: string): string {
  const canonicalPath = /^[\w\-.~/]*$/.test(path)
    ? path
    : path
        .split('/')
        .map(segment => uriEncode(decodeURIComponent(segment)))
        .join('/');
  const canonicalQuery = Object.entries(query)
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .sort()
    .join('&');
  const canonicalHeaders = signedHeaders
    .split(';')
    .map(
      name =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}\n`,
    )
    .join('');
  const payload = String(headers['x-amz-content-sha256']);
  return `${method}\n${canonicalPath}\n${canonicalQuery}\n${canonicalHeaders}\n${signedHeaders}\n${payload}`;
}
