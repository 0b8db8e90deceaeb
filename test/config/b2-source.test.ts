import {describe, expect, it} from 'vitest';
import {loadConfig} from '../../src/config/config.ts';
import {Connections} from '../../src/config/connections.ts';
import type {S3Simulator, S3SimulatorOptions} from '../simulators/s3-server.ts';
import {s3UnderTest} from '../simulators/s3-under-test.ts';
import {awsEnvironment} from '../stores/aws-environment.ts';
import {listed} from '../support/listing.ts';
import {runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

const keys = {B2_KEY_ID: 'simulatorkey', B2_APP_KEY: 'simulatorsecret'} as const;
const endpoint = 'https://s3.eu-central-003.backblazeb2.com';

async function connectionsOf(environment: Readonly<Record<string, string>>): Promise<Connections> {
  // Nothing that AWS tools look at is any of its business.
  awsEnvironment({
    AWS_ACCESS_KEY_ID: 'other',
    AWS_SECRET_ACCESS_KEY: 'other',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  });
  return new Connections({config: await loadConfig(null, tempFolder()), environment, now: Date.now});
}

async function bucket(options: S3SimulatorOptions = {}): Promise<S3Simulator> {
  const server = await s3UnderTest({bucket: 'media', versions: true, ...options});
  for (const key of ['photos/a', 'photos/b', 'other']) server.put(key, key);
  return server;
}

describe('b2://BUCKET', () => {
  it('is a bucket whose keys and endpoint are in the environment, and which has file ids', async () => {
    const server = await bucket();
    const connections = await connectionsOf({...keys, B2_ENDPOINT: server.endpoint});
    const store = await connections.source('b2://media/photos/');
    expect(store).toMatchObject({bucket: 'media', prefix: 'photos/'});
    const objects = await listed(store, {prefix: store.prefix, fileIds: true});
    expect(objects.map(({key}) => key)).toEqual(['photos/a', 'photos/b']);
    for (const {fileId} of objects) expect(fileId).toMatch(/^4_z/);
    expect(await store.check()).toMatchObject([{level: 'ok'}]);
  });

  it('is found again by its label, whatever the environment has become', async () => {
    const server = await bucket();
    const connections = await connectionsOf({...keys, B2_ENDPOINT: `${server.endpoint}/`});
    const label = `b2://media/photos/?endpoint=${server.endpoint}`;
    const store = await connections.source('b2://media/photos/');
    expect([
      store.label,
      connections.sourceLabel('b2://media/photos/'),
      connections.sourceLabel(label),
    ]).toEqual(Array(3).fill(label));
    const later = await connectionsOf({...keys, B2_ENDPOINT: endpoint});
    const again = await later.source(store.label);
    expect([again.id, again.label, again.prefix]).toEqual([store.id, label, 'photos/']);
    expect(await listed(again, {fileIds: true})).toEqual(await listed(store, {fileIds: true}));
    expect(later.sourcePrefix(label)).toBe('photos/');
  });

  it('is the same source as the one that s3:// names', async () => {
    const connections = await connectionsOf({...keys, B2_ENDPOINT: endpoint});
    const [b2, s3] = [
      await connections.source('b2://media'),
      await connections.source('s3://media', {endpoint}),
    ];
    expect(b2.id).toBe(s3.id);
    expect(b2.service).toBe('b2');
  });

  it.each([
    ['s3.eu-central-003.backblazeb2.com', endpoint],
    [`${endpoint}/`, endpoint],
    ['HTTP://127.0.0.1:9', 'HTTP://127.0.0.1:9'],
  ])('takes the endpoint %s', async (named, expected) => {
    const label = `b2://media?endpoint=${expected}`;
    const byVariable = await connectionsOf({...keys, B2_ENDPOINT: named});
    expect((await byVariable.source('b2://media')).label).toBe(label);
    const other = await connectionsOf({...keys, B2_ENDPOINT: 'other.example.org'});
    expect((await other.source('b2://media', {endpoint: named})).label).toBe(label);
    expect((await other.source(`b2://media?endpoint=${named}`)).label).toBe(label);
    expect(other.sourceLabel('b2://media', {endpoint: named})).toBe(label);
  });

  it.each([
    [{}, {}, 'B2_KEY_ID, B2_APP_KEY, B2_ENDPOINT are not set'],
    [{B2_KEY_ID: '', B2_ENDPOINT: ''}, {}, 'B2_KEY_ID, B2_APP_KEY, B2_ENDPOINT are not set'],
    [{B2_KEY_ID: 'id'}, {endpoint}, 'B2_APP_KEY is not set'],
    [keys, {}, 'B2_ENDPOINT is not set'],
    [{B2_ENDPOINT: endpoint}, {}, 'B2_KEY_ID, B2_APP_KEY are not set'],
  ])(
    'of an environment with %j and flags %j names all that is missing',
    async (environment, flags, missing) => {
      const connections = await connectionsOf(environment);
      await expect(connections.source('b2://media/a', flags)).rejects.toMatchObject({
        name: 'OperatorError',
        code: 'usage',
        message: `source b2://media: ${missing}`,
        hint: expect.stringContaining('B2_ENDPOINT (or --endpoint)'),
      });
      expect(connections.sourceLabel('b2://media/a')).toMatch(/^b2:\/\/media\/a/);
    },
  );

  it('with a profile is told where its keys are', async () => {
    const connections = await connectionsOf({...keys, B2_ENDPOINT: endpoint});
    await expect(connections.source('b2://media?profile=b2')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('not those of the profile b2'),
    });
  });

  it('without a name is no bucket', async () => {
    const connections = await connectionsOf({...keys, B2_ENDPOINT: endpoint});
    for (const named of ['b2:media', 'b2://', 'b2:///a'])
      await expect(connections.source(named)).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('not a bucket'),
      });
  });
});

it.each([
  ['an unknown key', {B2_KEY_ID: 'another'}],
  ['a wrong key', {B2_APP_KEY: 'wrong'}],
])('%s is a matter of access, and names B2_KEY_ID and B2_APP_KEY', async (_, wrong) => {
  const server = await bucket();
  const cwd = tempFolder();
  await runProgram(['migrate', 'asset-index', '--target', 'index.sqlite'], {cwd});
  const {code, err} = await runProgram(
    ['run', 'asset-index', '--source', 'b2://media', '--target', 'index.sqlite'],
    {cwd, env: {...keys, ...wrong, B2_ENDPOINT: server.endpoint}},
  );
  expect(code).toBe(4);
  expect(err).toContain('Look at B2_KEY_ID and B2_APP_KEY');
  expect(err).not.toContain('AWS_');
});
