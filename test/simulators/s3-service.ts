import {type Answer, deleteObject, putObject, readObject} from './s3-answers.ts';
import {S3Error} from './s3-errors.ts';
import type {S3Faults} from './s3-faults.ts';
import {listObjects} from './s3-listing.ts';
import {S3Objects} from './s3-objects.ts';
import type {S3Request} from './s3-request.ts';
import {SignatureVerifier, verifyBody, wrongRegion} from './s3-signature.ts';
import {listVersions} from './s3-versions.ts';
import {bucketsDocument, errorDocument} from './s3-xml.ts';

export interface S3ServiceOptions {
  readonly bucket: string;
  /** Region that signatures have to name; null lets any do. */
  readonly region: string | null;
  /** Of a page of a listing, at most. */
  readonly pageKeys: number;
  readonly versions: boolean;
  readonly faults: S3Faults;
}

export interface Call {
  readonly request: S3Request;
  readonly requestId: string;
  readonly readBody: () => Promise<Buffer>;
}

const regionOfAny = 'us-east-1';
const portal = '<!doctype html><html><head><title>Welcome</title></head><body>Please sign in.</body></html>';

/**
 * One bucket: who may ask, and what is answered, faults included. What S3 can do and this does not (older versions, multipart
 * and chunked uploads, ListObjects V1) is refused with NotImplemented rather than answered by a guess.
 */
export class S3Service {
  readonly objects: S3Objects;
  /** By access key id. */
  readonly secrets = new Map<string, string>();
  readonly #options: S3ServiceOptions;
  readonly #verifier = new SignatureVerifier();

  constructor(options: S3ServiceOptions) {
    this.#options = options;
    this.objects = new S3Objects(options);
  }

  /** Never rejects for what a client did: that is an answer too. */
  async answer(call: Call): Promise<Answer> {
    const {request, requestId} = call;
    const {faults} = this.#options;
    const page = faults.take('html', request);
    if (page !== null) return {status: page.status, headers: {'content-type': 'text/html'}, body: portal};
    const skew = faults.take('clock-skew', request);
    const now = Date.now() + (skew?.minutes ?? 0) * 60_000;
    const answer = await this.#answerAt(now, call).catch(error => errorAnswer(error, request, requestId));
    const date = skew === null ? {} : {date: new Date(now).toUTCString()};
    return {...answer, headers: {...answer.headers, ...date, 'x-amz-request-id': requestId}};
  }

  async #answerAt(now: number, {request, readBody}: Call): Promise<Answer> {
    if (request.operation === 'Malformed') throw new S3Error('InvalidURI', {elements: {URI: request.path}});
    const {bucket, region} = this.#options;
    const signer = this.#verifier.verify(request, {secrets: this.secrets, region, now});
    this.#refuse(request, signer);
    if (request.bucket !== '' && request.bucket !== bucket)
      throw new S3Error('NoSuchBucket', {elements: {BucketName: request.bucket}});
    if (request.operation !== 'PutObject') return this.#answerAtOnce(request);
    if (request.headers['content-length'] === undefined) throw new S3Error('MissingContentLength');
    const body = await readBody();
    verifyBody(request, body);
    return putObject(this.objects, request, body);
  }

  /** What is refused whatever is asked for. */
  #refuse(request: S3Request, signer: string): void {
    const {bucket, faults, region} = this.#options;
    if (faults.take('expired-token', request, ({accessKeyId}) => accessKeyId === signer) !== null)
      throw new S3Error('ExpiredToken');
    const elsewhere = faults.take('wrong-region', request);
    if (elsewhere?.as === 'AuthorizationHeaderMalformed')
      throw wrongRegion(region ?? regionOfAny, elsewhere.expected);
    if (elsewhere !== null)
      throw new S3Error('PermanentRedirect', {
        headers: {'x-amz-bucket-region': elsewhere.expected},
        elements: {Bucket: bucket, Endpoint: `${bucket}.s3.${elsewhere.expected}.amazonaws.com`},
      });
    const error = faults.take('error', request);
    if (error !== null) throw new S3Error(error.code, {headers: retryAfter(error.retryAfter)});
  }

  #answerAtOnce(request: S3Request): Answer {
    const {bucket, faults, region} = this.#options;
    const {operation} = request;
    switch (operation) {
      case 'ListObjectsV2':
        return xmlAnswer(200, listObjects(this.objects, request, this.#options));
      case 'ListObjectVersions':
        return xmlAnswer(200, listVersions(this.objects, request, this.#options));
      case 'GetObject':
      case 'HeadObject':
        return readObject(this.objects, request, faults);
      case 'DeleteObject':
        return deleteObject(this.objects, request);
      case 'HeadBucket':
        return {status: 200, headers: {'x-amz-bucket-region': region ?? regionOfAny}, body: ''};
      case 'ListBuckets':
        return xmlAnswer(200, bucketsDocument(bucket));
      default:
        throw new S3Error('NotImplemented');
    }
  }
}

function xmlAnswer(status: number, body: string): Answer {
  return {status, headers: {'content-type': 'application/xml'}, body};
}

function errorAnswer(error: unknown, {path}: S3Request, requestId: string): Answer {
  if (!(error instanceof S3Error)) throw error;
  const answer = xmlAnswer(error.status, errorDocument(error, path, requestId));
  return {...answer, headers: {...answer.headers, ...error.headers}};
}

function retryAfter(value: number | Date | undefined): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  return {'retry-after': value instanceof Date ? value.toUTCString() : String(value)};
}
