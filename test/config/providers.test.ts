import {mkdirSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {loadConfig} from '../../src/config/config.ts';
import {Connections} from '../../src/config/connections.ts';
import {awsEnvironment} from '../stores/aws-environment.ts';
import {never} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';
import {MemoryJournal} from '../support/upload-journal.ts';
import {fileToUpload} from '../support/uploaded-file.ts';

async function connectionsIn(config: object, environment: Readonly<Record<string, string>> = {}) {
  awsEnvironment({AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'topsecret'});
  const folder = tempFolder();
  writeFileSync(join(folder, 'headgate.config.json'), JSON.stringify(config));
  const loaded = await loadConfig(null, folder);
  return {folder, loaded, connections: new Connections({config: loaded, environment, now: () => 0})};
}

const endpoint = 'https://s3.example.org';

describe('a provider', () => {
  it('is a folder of the config, relative to that, and called by its name', async () => {
    const {folder, connections} = await connectionsIn({providers: {archive: {folder: 'disk'}}});
    mkdirSync(join(folder, 'disk'));
    const provider = await connections.provider('archive');
    expect(provider).toMatchObject({id: 'archive', label: 'archive', service: 'local'});
    await provider.upload(fileToUpload('a/b', 10), {signal: never, journal: new MemoryJournal()});
    expect(provider.store.pathOf?.(provider.key('a/b'))).toBe(join(folder, 'disk/a/b'));
    expect(await provider.check()).toMatchObject([{level: 'ok', subject: 'provider'}]);
    expect(connections.providers()).toEqual(['archive']);
  });

  it('is a folder by its path, and called by that in full', async () => {
    const {folder, connections} = await connectionsIn({});
    const provider = await connections.provider(folder);
    expect([provider.id, provider.label, connections.providerLabel(folder)]).toEqual(Array(3).fill(folder));
    expect((await connections.provider('./here')).id).toBe(resolve('here'));
    expect(connections.providers()).toEqual([]);
  });

  it('is a bucket of the config, below its prefix', async () => {
    const cdn = {s3: 's3://media/assets', endpoint, region: 'auto'};
    const {connections} = await connectionsIn({providers: {cdn}});
    const provider = await connections.provider('cdn');
    expect(provider).toMatchObject({id: 'cdn', label: 'cdn', host: 's3.example.org'});
    expect(provider.key('u/1')).toBe('assets/u/1');
    const other = await connections.provider('cdn', {endpoint: 'https://other.example.org'});
    const address = 's3://media/assets?endpoint=https://other.example.org&region=auto';
    expect([other.id, other.host]).toEqual([address, 'other.example.org']);
    expect(connections.providerLabel('cdn', {endpoint: 'https://other.example.org'})).toBe(address);
  });

  it('is a bucket by its address, and called by that, without any secret', async () => {
    const {connections} = await connectionsIn({});
    const address = `s3://media/assets/?endpoint=${endpoint}`;
    const provider = await connections.provider('s3://media/assets/', {endpoint});
    expect([provider.id, provider.label, connections.providerLabel(address)]).toEqual(Array(3).fill(address));
    expect((await connections.provider(provider.id)).key('x')).toBe('assets/x');
    expect(JSON.stringify(provider)).not.toContain('topsecret');
    expect((await connections.provider(`s3://media?endpoint=${endpoint}`)).key('x')).toBe('x');
  });

  it('is a bucket of B2, whose keys are in the environment', async () => {
    const {connections} = await connectionsIn(
      {},
      {B2_KEY_ID: 'id', B2_APP_KEY: 'key', B2_ENDPOINT: 's3.eu-central-003.backblazeb2.com'},
    );
    const provider = await connections.provider('b2://media/a');
    expect(provider).toMatchObject({
      id: 'b2://media/a?endpoint=https://s3.eu-central-003.backblazeb2.com',
      service: 'b2',
    });
    const without = (await connectionsIn({})).connections;
    await expect(without.provider('b2://media')).rejects.toThrow(
      /^provider b2:\/\/media: B2_KEY_ID, .* are not set/,
    );
  });

  it('takes credentials of the config, or of the variables that it names', async () => {
    const credentials = {accessKeyId: {env: 'CDN_ID'}, secretAccessKey: {env: 'CDN_SECRET'}};
    const providers = {cdn: {s3: 's3://media', endpoint, credentials}};
    const {connections} = await connectionsIn({providers}, {CDN_ID: 'id', CDN_SECRET: 'secret'});
    expect((await connections.provider('cdn')).id).toBe('cdn');
    await expect(connections.provider('cdn', {region: 'auto'})).rejects.toThrow(
      /^provider cdn: .* own credentials/,
    );
    const unset = (await connectionsIn({providers})).connections;
    await expect(unset.provider('cdn')).rejects.toMatchObject({
      code: 'auth',
      message: 'provider cdn: CDN_ID is not set, and its config takes a credential from it',
    });
  });

  it.each([
    ['cnd', /^there is no provider "cnd" in the config: it has cdn$/, 'For a folder write ./cnd'],
    [
      's4://media',
      /^provider "s4:\/\/media": this is not a folder or a bucket/,
      /a name from the config \(cdn\)/,
    ],
    ['s3:media', /^provider s3:media: this is not a bucket$/, /s3:\/\/BUCKET/],
    [
      's3://me dia?endpoint=https://s3.example.org',
      /^provider s3:\/\/me dia: this is no name of a bucket$/,
      /./,
    ],
    ['', /^provider "": this is not a folder or a bucket/, /Name a folder/],
  ])('that is a typing error (%j) is told', async (named, message, hint) => {
    const {connections} = await connectionsIn({providers: {cdn: {s3: 's3://media', endpoint}}});
    await expect(connections.provider(named)).rejects.toMatchObject({
      name: 'OperatorError',
      code: 'usage',
      message: expect.stringMatching(message),
      hint: typeof hint === 'string' ? hint : expect.stringMatching(hint),
    });
  });

  it('of the config is a folder or a bucket', async () => {
    await expect(connectionsIn({providers: {x: {sqlite: 'a'}}})).rejects.toThrow(
      /providers\.x: a provider is \{folder: …\} or \{s3:/,
    );
    await expect(connectionsIn({providers: {x: {s3: 'media'}}})).rejects.toThrow(
      /providers\.x\.s3: a bucket is/,
    );
    await expect(connectionsIn({providers: {'my disk': {folder: 'a'}}})).rejects.toThrow(/a name is made of/);
  });

  it('belongs to what a plan was made under', async () => {
    const digests = [{}, {providers: {a: {folder: 'x'}}}, {providers: {a: {folder: 'y'}}}].map(
      async config => {
        return (await connectionsIn(config)).loaded.digest;
      },
    );
    expect(new Set(await Promise.all(digests)).size).toBe(3);
  });
});

it('a provider that could not be opened is asked for again by whoever uploads, and one that could is opened once', async () => {
  const {folder, connections} = await connectionsIn({providers: {archive: {folder: 'disk'}}});
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  const {provider} = await connections.uploads(folder);
  await expect(provider('later')).rejects.toMatchObject({code: 'usage'});
  mkdirSync(join(folder, 'later'));
  const opened = await provider('later');
  expect(opened.id).toBe(resolve('later'));
  expect(await provider('later')).toBe(opened);
});
