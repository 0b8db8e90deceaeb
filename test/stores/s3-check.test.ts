import {describe, expect, it} from 'vitest';
import type {S3Place} from '../../src/stores/s3-client.ts';
import type {S3Fault} from '../simulators/s3-faults.ts';
import {s3UnderTest} from '../simulators/s3-under-test.ts';
import {check, credentials} from './check-bucket.ts';

describe('a bucket is checked as it will be read', () => {
  it('by a page of the prefix, and the first byte of an object in it', async () => {
    const {endpoint, put, requests} = await s3UnderTest();
    put('a/1', 'content');
    put('b/1', 'content');
    expect(await check({endpoint}, 'b/')).toEqual([
      {
        level: 'ok',
        subject: 'source',
        message: `s3://assets at ${endpoint} (region us-east-1): the bucket can be listed`,
      },
    ]);
    expect(requests).toMatchObject([
      {operation: 'ListObjectsV2', query: {prefix: 'b/', 'max-keys': '1'}},
      {operation: 'GetObject', key: 'b/1', status: 206, headers: {range: 'bytes=0-0'}},
    ]);
  });

  it('and is fine where it is empty, and where its first object is', async () => {
    const {endpoint, put} = await s3UnderTest();
    expect(await check({endpoint})).toMatchObject([{level: 'ok'}]);
    put('empty', '');
    expect(await check({endpoint})).toMatchObject([{level: 'ok'}]);
  });

  it('and a warning says where it can be listed, but an object not read', async () => {
    const {endpoint, put, inject} = await s3UnderTest();
    put('a', 'content');
    inject({type: 'error', code: 'AccessDenied', operation: 'GetObject'});
    expect(await check({endpoint})).toMatchObject([
      {level: 'ok'},
      {
        level: 'warning',
        message: expect.stringMatching(/: listed, but not read: a: access is denied \(403 AccessDenied/),
        remedy: expect.stringMatching(/s3:GetObject/),
      },
    ]);
  });

  it('and a trouble that will pass is none', async () => {
    const {endpoint, put, inject} = await s3UnderTest();
    put('a', 'content');
    inject({type: 'error', code: 'SlowDown', operation: 'GetObject'});
    expect(await check({endpoint})).toMatchObject([{level: 'ok'}]);
  });
});

describe('where a bucket can not be listed, the reason and the remedy are', () => {
  const wrong: readonly [string, Partial<S3Place>, S3Fault | null, boolean, RegExp, RegExp][] = [
    [
      'a wrong key',
      {credentials: {...credentials, accessKeyId: 'nobody'}},
      null,
      true,
      /the service does not know this access key \(403 InvalidAccessKeyId/,
      /AWS_ACCESS_KEY_ID/,
    ],
    [
      'a wrong secret',
      {credentials: {...credentials, secretAccessKey: 'wrong'}},
      null,
      true,
      /the secret does not belong to the access key \(403 SignatureDoesNotMatch/,
      /AWS_SECRET_ACCESS_KEY/,
    ],
    [
      'no permission',
      {},
      {type: 'error', code: 'AccessDenied'},
      true,
      /access is denied \(403 AccessDenied/,
      /s3:ListBucket/,
    ],
    [
      'no such bucket',
      {bucket: 'another'},
      null,
      false,
      /there is no such bucket \(404 NoSuchBucket/,
      /name of the bucket/,
    ],
    [
      'another region, by a redirect',
      {},
      {type: 'wrong-region', expected: 'eu-west-1', as: 'PermanentRedirect'},
      false,
      /in another region.*its region is eu-west-1/,
      /--region eu-west-1/,
    ],
    [
      'another region, by the signature',
      {},
      {type: 'wrong-region', expected: 'eu-west-1', as: 'AuthorizationHeaderMalformed'},
      false,
      /in another region.*its region is eu-west-1/,
      /--region eu-west-1/,
    ],
    [
      'a wrong clock',
      {},
      {type: 'clock-skew', minutes: 60},
      true,
      /this machine's clock is wrong.*it is 60 minutes behind the service's/,
      /clock/,
    ],
    [
      'expired credentials',
      {},
      {type: 'expired-token', accessKeyId: 'simulatorkey'},
      true,
      /the credentials have expired \(403 ExpiredToken/,
      /Renew them/,
    ],
    [
      'a page that wants a sign-in',
      {},
      {type: 'html', status: 403},
      true,
      /this is no answer of S3 \(403\)/,
      /address for S3.*sign-in/,
    ],
    [
      'a website',
      {},
      {type: 'html', status: 200},
      false,
      /answered with not a listing: <!doctype html>/,
      /a console or a website/,
    ],
    [
      'a server that does not answer',
      {},
      {type: 'stalled-headers'},
      false,
      /nothing came for 2 s/,
      /firewall/,
    ],
  ];
  it.each(wrong)('of %s', async (_, place, fault, isDenied, message, remedy) => {
    const {endpoint, inject} = await s3UnderTest();
    if (fault !== null) inject(fault);
    const findings = await check({endpoint, ...place});
    expect(findings).toMatchObject([
      {
        level: 'error',
        subject: 'source',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      },
    ]);
    expect(findings[0]?.isDenied ?? false).toBe(isDenied);
  });
});
