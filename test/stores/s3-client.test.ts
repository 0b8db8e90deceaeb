import {describe, expect, it} from 'vitest';
import {connectS3, type S3Place} from '../../src/stores/s3-client.ts';
import type {AwsEnvironment} from '../../src/stores/s3-profile.ts';
import {awsEnvironment, profileOf, someKeys} from './aws-environment.ts';

async function connected(place: Omit<S3Place, 'bucket'>): Promise<readonly [url: string, region: string]> {
  const {url, region} = await connectS3({bucket: 'assets', ...place});
  return [url.href, region];
}

const environment: AwsEnvironment = process.env;
const r2 = 'https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com';
const b2 = 'https://s3.us-west-004.backblazeb2.com';

describe('a bucket is found', () => {
  it.each<[string, Omit<S3Place, 'bucket'>, Readonly<Record<string, string>>, string, string]>([
    [
      'at AWS, in a region by flag',
      {region: 'eu-west-1'},
      {},
      'https://s3.eu-west-1.amazonaws.com/assets',
      'eu-west-1',
    ],
    [
      'at AWS, in a region by environment',
      {},
      {AWS_REGION: 'eu-west-1'},
      'https://s3.eu-west-1.amazonaws.com/assets',
      'eu-west-1',
    ],
    [
      'at AWS in China',
      {region: 'cn-north-1'},
      {},
      'https://s3.cn-north-1.amazonaws.com.cn/assets',
      'cn-north-1',
    ],
    ['at R2, whatever region AWS has', {endpoint: r2}, {AWS_REGION: 'eu-west-1'}, `${r2}/assets`, 'auto'],
    [
      'at R2 of a jurisdiction',
      {endpoint: r2.replace('.r2', '.eu.r2')},
      {},
      `${r2.replace('.r2', '.eu.r2')}/assets`,
      'auto',
    ],
    ['at R2, by environment', {}, {AWS_ENDPOINT_URL_S3: r2, AWS_REGION: 'eu-west-1'}, `${r2}/assets`, 'auto'],
    [
      'at B2, in the region of its name',
      {endpoint: b2},
      {AWS_REGION: 'eu-west-1'},
      `${b2}/assets`,
      'us-west-004',
    ],
    ['at B2, by the environment for all services', {}, {AWS_ENDPOINT_URL: b2}, `${b2}/assets`, 'us-west-004'],
    [
      'at a server of its own',
      {endpoint: 'http://127.0.0.1:9000'},
      {},
      'http://127.0.0.1:9000/assets',
      'us-east-1',
    ],
    [
      'at a server of its own that has regions',
      {endpoint: 'https://s3.fr-par.scw.cloud'},
      {AWS_REGION: 'fr-par'},
      'https://s3.fr-par.scw.cloud/assets',
      'fr-par',
    ],
    [
      'where the flag says, rather than the environment',
      {endpoint: 'http://127.0.0.1:9000'},
      {AWS_ENDPOINT_URL_S3: r2},
      'http://127.0.0.1:9000/assets',
      'us-east-1',
    ],
    [
      'in the region that the flag says, rather than the address',
      {endpoint: r2, region: 'weur'},
      {AWS_REGION: 'eu-west-1'},
      `${r2}/assets`,
      'weur',
    ],
    [
      'below a path',
      {endpoint: 'https://host.example/storage/s3/'},
      {},
      'https://host.example/storage/s3/assets',
      'us-east-1',
    ],
    ['at an address of IPv6', {endpoint: 'http://[::1]:9000'}, {}, 'http://[::1]:9000/assets', 'us-east-1'],
    [
      'at a host with another port',
      {endpoint: 'https://host.example:8443'},
      {},
      'https://host.example:8443/assets',
      'us-east-1',
    ],
  ])('%s', async (_, place, variables, url, region) => {
    awsEnvironment({...someKeys, ...variables});
    expect(await connected(place)).toEqual([url, region]);
  });

  it('by a profile, with its region and its endpoint', async () => {
    awsEnvironment(
      {},
      {
        config:
          '[profile work]\nregion = eu-central-1\n[profile server]\nendpoint_url = http://127.0.0.1:9000\n',
        credentials: profileOf('work', 'workid', 'x') + profileOf('server', 'serverid', 'x'),
      },
    );
    const work = await connectS3({bucket: 'assets', profile: 'work', environment});
    expect(work.url.href).toBe('https://s3.eu-central-1.amazonaws.com/assets');
    expect((await work.client.config.credentials()).accessKeyId).toBe('workid');
    const server = await connectS3({bucket: 'assets', profile: 'server', environment});
    expect([server.url.href, server.region]).toEqual(['http://127.0.0.1:9000/assets', 'us-east-1']);
    expect((await server.client.config.credentials()).accessKeyId).toBe('serverid');
  });

  it.each<[string, string, Readonly<Record<string, string>>, string]>([
    [
      'its services',
      'services = mine\nendpoint_url = http://127.0.0.1:1\n',
      {},
      'http://127.0.0.1:9000/assets',
    ],
    ['itself', 'endpoint_url = http://127.0.0.1:1 # of all services\n', {}, 'http://127.0.0.1:1/assets'],
    [
      'nothing, where the environment says it',
      'endpoint_url = http://127.0.0.1:1\n',
      {AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:2'},
      'http://127.0.0.1:2/assets',
    ],
    [
      'nothing, where the environment says that it does not count',
      'endpoint_url = http://127.0.0.1:1\nregion = eu-west-1',
      {AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true'},
      'https://s3.eu-west-1.amazonaws.com/assets',
    ],
  ])('at the endpoint of a profile: of %s', async (_, profile, variables, url) => {
    const services =
      '[services mine]\ndynamodb =\n  endpoint_url = http://127.0.0.1:3\ns3 =\n  endpoint_url = http://127.0.0.1:9000\n';
    awsEnvironment(variables, {
      config: `; ours\n[default]\nregion = x\n[profile work]\n${profile}\n${services}`,
      credentials: profileOf('work', 'id', 'x'),
    });
    expect((await connectS3({bucket: 'assets', profile: 'work', environment})).url.href).toBe(url);
  });

  it('by the profile that the environment names', async () => {
    awsEnvironment(
      {AWS_PROFILE: 'work'},
      {config: '[profile work]\nregion = eu-central-1\n', credentials: profileOf('work', 'workid', 'x')},
    );
    expect(await connected({})).toEqual(['https://s3.eu-central-1.amazonaws.com/assets', 'eu-central-1']);
  });

  it('with names that are odd, and yet are names', async () => {
    awsEnvironment(someKeys);
    for (const bucket of ['my.assets', 'Assets_2', '123'])
      expect((await connectS3({bucket, endpoint: 'http://127.0.0.1:9000'})).url.pathname).toBe(`/${bucket}`);
  });
});
