import {Fault, isRetryable} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import type {Finding} from '../core/probe.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import type {StoredObject} from './object-store.ts';
import {S3Fault} from './s3-faults.ts';
import type {S3Http} from './s3-http.ts';
import {listPage} from './s3-listing.ts';

/**
 * Asks what a run will ask, in the same way: a page of the listing (one key), and the first byte of an object. A bucket
 * whose objects can't be read may be so in part only, which is for the operator to know, not a reason to refuse.
 */
export async function checkBucket(
  http: S3Http,
  {prefix, name, keysRemedy}: BucketToCheck,
): Promise<readonly Finding[]> {
  const finding = findingWith(keysRemedy);
  const {signal} = new AbortController();
  try {
    const {objects} = await listPage(http, {prefix, start: {after: ''}, maxKeys: 1, signal});
    const refused = await refusalOf(http, objects[0], signal);
    return [
      {level: 'ok', subject: 'source', message: `${name}: the bucket can be listed`},
      ...(refused === null ? [] : [finding('warning', `${name}: listed, but not read: `, refused)]),
    ];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [finding('error', `${name}: `, error)];
  }
}

interface BucketToCheck {
  readonly prefix: string;
  readonly name: string;
  readonly keysRemedy: string | undefined;
}

async function refusalOf(
  http: S3Http,
  first: StoredObject | undefined,
  signal: AbortSignal,
): Promise<Fault | null> {
  if (first === undefined || first.size === 0) return null;
  const get = {key: first.key, headers: {range: 'bytes=0-0'}};
  try {
    (await http.get(get, [200, 206], printableKey(first.key), signal)).destroy();
    return null;
  } catch (error) {
    if (error instanceof Fault && error.kind === 'denied') return error;
    if (error instanceof Fault) return null;
    throw error;
  }
}

function findingWith(keysRemedy: string | undefined) {
  return (level: 'warning' | 'error', name: string, fault: Fault): Finding => ({
    level,
    subject: 'source',
    message: name + fault.message,
    remedy: keysRemedy !== undefined && isOfKeys(fault) ? keysRemedy : remedyFor(fault),
    ...(level === 'error' && fault.kind === 'denied' ? {isDenied: true} : {}),
    ...(level === 'error' && isRetryable(fault.kind) ? {retryAfterMs: fault.retryAfterMs ?? null} : {}),
  });
}

/** With other keys it would not have been refused. A wrong clock, an archived object and a certificate have nothing to do with them. */
function isOfKeys(fault: Fault): boolean {
  return fault instanceof S3Fault && refusedKeys.has(fault.code);
}

const refusedKeys: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'Unauthorized',
  'UnauthorizedAccess',
  'AccessDenied',
]);
