import type {IncomingHttpHeaders} from 'node:http';
import {normaliseEtag, normaliseHash} from '../../core/identity.ts';
import type {Service} from '../../core/service.ts';
import {metadataOf} from '../s3-metadata.ts';
import {wholeHash} from '../s3-stated.ts';

/** What a service says of an object that bears on whether it is a certain file. */
export interface BucketFacts {
  readonly size: number;
  /** Without quotes: the MD5 of one PUT, the MD5 of the parts' MD5s with -N, or something that says nothing. */
  readonly etag: string;
  /** Another ETag than that of the content is no evidence against it. */
  readonly isOpaque: boolean;
  /** Of the whole object, as the service computed it. */
  readonly sha256: string | null;
  /** What whoever uploaded it said of it. */
  readonly stated: string | null;
}

/** What the object should be; what is null is not known. */
export interface ExpectedFacts {
  readonly size: number;
  readonly sha256: string | null;
  readonly etag: string | null;
}

export function factsOf(headers: IncomingHttpHeaders, service: Service): BucketFacts {
  const etag = normaliseEtag(headers.etag ?? '');
  const checksum = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    size: Number(headers['content-length'] ?? 0),
    etag,
    isOpaque: isOpaque(etag, headers, service),
    sha256: wholeHash(checksum('x-amz-checksum-sha256'), checksum('x-amz-checksum-type'), etag),
    stated: normaliseHash(metadataOf(headers).metadata['sha256'] ?? ''),
  };
}

/**
 * B2 says nothing of how it makes those of large files. Encrypted objects have another one, but for those that Amazon
 * encrypts with keys of its own: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 */
function isOpaque(etag: string, headers: IncomingHttpHeaders, service: Service): boolean {
  if (!/^[0-9a-f]{32}(-\d+)?$/.test(etag)) return true;
  if (service === 'b2' && etag.includes('-')) return true;
  if (headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined) return true;
  const encryption = headers['x-amz-server-side-encryption'];
  return encryption !== undefined && !(encryption === 'AES256' && service === 's3');
}

/** Whether an object's ETag could tell it from a file that would be uploaded in so many parts; null is in one PUT. */
export function etagDecides({etag, isOpaque}: BucketFacts, parts: number | null): boolean {
  return !isOpaque && partsIn(etag) === (parts === null ? '' : `-${parts}`);
}

/** The strongest evidence decides: the service's own SHA-256, its MD5, then what the uploader stated; null is none at all. */
export function verdict(facts: BucketFacts, expected: ExpectedFacts): 'same' | 'other' | null {
  const of = (isSame: boolean) => (isSame ? 'same' : 'other');
  if (facts.size !== expected.size) return 'other';
  if (facts.sha256 !== null && expected.sha256 !== null) return of(facts.sha256 === expected.sha256);
  if (expected.etag !== null) {
    if (facts.etag === expected.etag) return 'same';
    if (!facts.isOpaque && partsIn(facts.etag) === partsIn(expected.etag)) return 'other';
  }
  return facts.stated === null || expected.sha256 === null ? null : of(facts.stated === expected.sha256);
}

/** As an operator reads it. */
export function factsInWords({size, sha256, etag}: ExpectedFacts): string {
  const hash = sha256 === null ? [] : [`SHA-256 ${sha256}`];
  return [`${size} bytes`, ...hash, ...(etag === null ? [] : [`ETag ${etag}`])].join(', ');
}

function partsIn(etag: string): string {
  return /-\d+$/.exec(etag)?.[0] ?? '';
}
