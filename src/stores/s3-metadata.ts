import type {IncomingHttpHeaders} from 'node:http';
import {Fault} from '../core/failure.ts';
import {normaliseEtag} from '../core/identity.ts';
import {printableKey} from '../core/keys.ts';
import type {ObjectMetadata, StoredObject} from './object-store.ts';
import {S3Fault} from './s3-faults.ts';
import type {S3Http} from './s3-http.ts';
import {fileIdOf} from './s3-versions.ts';

const prefix = 'x-amz-meta-';

/** By one HEAD that names the listed version; an answer that names another is never taken for it. */
export async function readMetadata(
  http: S3Http,
  {key, version, fileId}: StoredObject,
  signal: AbortSignal,
): Promise<ObjectMetadata | null> {
  const what = printableKey(key);
  try {
    const headers = version === '' ? {} : {'if-match': version};
    const answer = await http.head({key, headers}, what, signal);
    const etag = answer.etag ?? '';
    if (normaliseEtag(etag) !== normaliseEtag(version))
      throw new Fault('changed', `${what}: its ETag is ${etag}, where ${version} was listed`);
    // The same bytes may have been put there once more, with other metadata.
    const {fileId: now} = fileIdOf(answer['x-amz-version-id']);
    if (fileId !== undefined && now !== undefined && now !== fileId)
      throw new Fault('changed', `${what}: its file id is ${now}, where ${fileId} was listed`);
    return metadataOf(answer);
  } catch (error) {
    if (error instanceof S3Fault && error.kind === 'not-found' && error.code !== 'NoSuchBucket') return null;
    throw error;
  }
}

export function metadataOf(headers: IncomingHttpHeaders): ObjectMetadata {
  const named = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(prefix) && value !== undefined
      ? [[name.slice(prefix.length), headerText(String(value))] as const]
      : [],
  );
  return {
    contentType: textOf(headers['content-type']),
    cacheControl: textOf(headers['cache-control']),
    contentDisposition: textOf(headers['content-disposition']),
    metadata: Object.fromEntries(named),
  };
}

function textOf(value: string | undefined): string | null {
  return value === undefined ? null : headerText(value);
}

/** Node reads headers byte by byte (Latin-1). What is UTF-8 is read as that; what is not stays as it came. */
function headerText(value: string): string {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}
