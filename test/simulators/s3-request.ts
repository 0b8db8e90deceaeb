import type {IncomingHttpHeaders, IncomingMessage} from 'node:http';

export type S3Operation =
  | 'ListBuckets'
  | 'HeadBucket'
  | 'ListObjectsV2'
  | 'ListObjectVersions'
  | 'GetObject'
  | 'HeadObject'
  | 'PutObject'
  | 'DeleteObject'
  | 'Unknown'
  /** Its path or query can't be decoded. */
  | 'Malformed';

export interface S3Request {
  readonly method: string;
  readonly operation: S3Operation;
  readonly bucket: string;
  /** Decoded; '' where the request is about a bucket. */
  readonly key: string;
  /** As sent, still encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
}

const objectOperations: Readonly<Record<string, S3Operation>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};
/** Says nothing but what the SDK calls the operation. Any other parameter makes it another operation. */
const operationName = 'x-id';

/** Path-style only. The path is taken apart by hand: a URL parser would resolve the "..", which a key may hold. */
export function parseRequest(message: IncomingMessage): S3Request {
  const {url = '/', method = 'GET', headers} = message;
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const slash = path.indexOf('/', 1);
  try {
    const query = parseQuery(mark < 0 ? '' : url.slice(mark + 1));
    const bucket = decodeURIComponent(path.slice(1, slash < 0 ? path.length : slash));
    const key = slash < 0 ? '' : decodeURIComponent(path.slice(slash + 1));
    return {method, operation: operationOf(method, bucket, key, query), bucket, key, path, query, headers};
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return {method, operation: 'Malformed', bucket: '', key: '', path, query: {}, headers};
  }
}

function operationOf(method: string, bucket: string, key: string, query: S3Request['query']): S3Operation {
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : 'Unknown';
  if (key === '') {
    if (method === 'HEAD') return 'HeadBucket';
    if (method !== 'GET') return 'Unknown';
    if (query['list-type'] === '2') return 'ListObjectsV2';
    return query['versions'] === undefined ? 'Unknown' : 'ListObjectVersions';
  }
  if (Object.keys(query).some(name => name !== operationName)) return 'Unknown';
  return objectOperations[method] ?? 'Unknown';
}

function parseQuery(search: string): S3Request['query'] {
  if (search === '') return {};
  const pairs = search.split('&').map(pair => {
    const equals = pair.indexOf('=');
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    return [fromForm(name), fromForm(value)];
  });
  return Object.fromEntries(pairs);
}

function fromForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** As AWS Signature V4 and the listings of S3 encode: everything but the unreserved characters of RFC 3986. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
