import {OperatorError} from '../core/operator-error.ts';

/** A bucket as it is named on the command line, and kept in the ledger so that a run finds it again. */
export interface BucketAddress {
  /** One of Backblaze B2, whose keys (and endpoint) are in B2_… of the environment; s3:// where there is none. */
  readonly scheme?: 'b2';
  readonly bucket: string;
  readonly prefix: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
}

const options = ['endpoint', 'region', 'profile'] as const;

/** Whether it is named as one. */
export function isBucket(text: string): boolean {
  return /^(s3|b2):/.test(text);
}

/**
 * `s3://BUCKET/PREFIX?endpoint=https://…&region=auto`, or the same with `b2://`. The prefix is taken as it is: a question mark in it is only the
 * beginning of options where one of their names follows.
 */
export function parseBucket(text: string, end: 'source' | 'provider' = 'source'): BucketAddress {
  const [, scheme, bucket, rest = ''] =
    /^(s3|b2):\/\/([^/?]+)(?:\/([\s\S]*)|(?=\?)[\s\S]*)?$/.exec(text) ?? [];
  if (bucket === undefined)
    throw new OperatorError(
      'usage',
      `${end} ${text}: this is not a bucket`,
      'Write s3://BUCKET or s3://BUCKET/PREFIX, with --endpoint for another service than AWS, or b2://BUCKET for Backblaze B2.',
    );
  const query = /\?((?:endpoint|region|profile)=[\s\S]*)$/.exec(text)?.[1];
  const prefix = query === undefined ? rest : rest.slice(0, Math.max(0, rest.length - query.length - 1));
  return {...(scheme === 'b2' ? {scheme} : {}), bucket, prefix, ...optionsOf(query ?? '')};
}

function optionsOf(query: string): Pick<BucketAddress, (typeof options)[number]> {
  const found = query.split('&').map(part => /^(endpoint|region|profile)=(.+)$/s.exec(part));
  return Object.fromEntries(
    found.flatMap(match => (match === null ? [] : [[match[1] ?? '', match[2] ?? '']])),
  );
}

export function formatBucket({scheme, bucket, prefix, ...rest}: BucketAddress): string {
  const query = options.flatMap(name => (rest[name] === undefined ? [] : [`${name}=${rest[name]}`]));
  return `${scheme ?? 's3'}://${bucket}${prefix === '' ? '' : `/${prefix}`}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}
