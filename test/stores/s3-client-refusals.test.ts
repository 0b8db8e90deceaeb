import {describe, expect, it} from 'vitest';
import {connectS3, type S3Place} from '../../src/stores/s3-client.ts';
import {awsEnvironment, someKeys} from './aws-environment.ts';

const r2 = 'https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com';

describe('a place that is refused, with what to do:', () => {
  it.each<[string, S3Place, Readonly<Record<string, string>>, RegExp, RegExp]>([
    [
      'AWS without a region',
      {bucket: 'assets'},
      someKeys,
      /^source s3:\/\/assets: no region is known$/,
      /--region.*AWS_REGION.*--endpoint/,
    ],
    [
      'an endpoint without http',
      {bucket: 'assets', endpoint: 'localhost:9000'},
      someKeys,
      /^endpoint localhost:9000: this is no address$/,
      /https:\/\/HOST/,
    ],
    [
      'an endpoint that is a word',
      {bucket: 'assets', endpoint: 'minio'},
      someKeys,
      /^endpoint minio: this is no address$/,
      /https:\/\/HOST/,
    ],
    [
      'an empty endpoint',
      {bucket: 'assets', endpoint: ''},
      someKeys,
      /^endpoint : this is no address$/,
      /https:\/\/HOST/,
    ],
    [
      'another protocol',
      {bucket: 'assets', endpoint: 'ftp://host.example'},
      someKeys,
      /this is no address$/,
      /https:\/\/HOST/,
    ],
    [
      'a query',
      {bucket: 'assets', endpoint: 'https://host.example/?a=b'},
      someKeys,
      /an endpoint has no query$/,
      /https:\/\/HOST/,
    ],
    [
      'the bucket in the endpoint, as R2 shows it',
      {bucket: 'assets', endpoint: `${r2}/assets`},
      someKeys,
      /names the bucket assets as well$/,
      new RegExp(`^Leave it out: --endpoint ${r2}$`),
    ],
    [
      'an endpoint of the environment that is none',
      {bucket: 'assets'},
      {...someKeys, AWS_ENDPOINT_URL_S3: 'minio'},
      /its address can't be told/,
      /AWS_ENDPOINT_URL_S3/,
    ],
    ['no bucket', {bucket: '', endpoint: r2}, someKeys, /this is no name of a bucket/, /s3:\/\/BUCKET/],
    [
      'a bucket that would leave the path',
      {bucket: '..', endpoint: r2},
      someKeys,
      /this is no name of a bucket/,
      /s3:\/\/BUCKET/,
    ],
    [
      'a bucket with a slash',
      {bucket: 'a/b', endpoint: r2},
      someKeys,
      /this is no name of a bucket/,
      /s3:\/\/BUCKET/,
    ],
  ])('%s', async (_, place, variables, message, hint) => {
    awsEnvironment(variables);
    await expect(connectS3(place)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it('credentials in the endpoint, which it does not repeat', async () => {
    awsEnvironment(someKeys);
    const place = {bucket: 'assets', endpoint: 'https://hidden:s3cr3t@host.example'};
    const refused = await connectS3(place).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('must not hold credentials'),
    });
    expect(JSON.stringify(refused) + String(refused)).not.toMatch(/hidden|s3cr3t/);
  });

  it.each([
    ['no credentials', {}, /there are no credentials \(Could not load credentials/],
    ['a profile that there is not', {profile: 'nobody'}, /there are no credentials in the profile nobody \(/],
  ])('%s', async (_, more, message) => {
    awsEnvironment({AWS_REGION: 'eu-west-1'});
    await expect(connectS3({bucket: 'assets', ...more})).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.*R2 and B2/),
    });
  });
});
