import {hash} from 'node:crypto';
import {once} from 'node:events';
import {chmodSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {s3Store} from '../../src/stores/s3.ts';
import type {S3Simulator} from '../simulators/s3-server.ts';
import {s3UnderTest} from '../simulators/s3-under-test.ts';
import {makeIndex} from '../support/assets.ts';
import {makeBench, rehearse} from '../support/engine.ts';
import {listed, listedKeys, never, theOne} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';
import {awsEnvironment, profileOf} from './aws-environment.ts';

const keys = Array.from({length: 60}, (_, number) => `object ${String(number).padStart(2, '0')}`);

async function filled(): Promise<S3Simulator> {
  const server = await s3UnderTest({accessKeyId: 'old', secretAccessKey: 'oldsecret'});
  for (const key of keys) server.put(key, key);
  return server;
}

function storeAt(
  {bucket, endpoint}: S3Simulator,
  more: {readonly profile?: string} = {},
): Promise<ObjectStore> {
  return s3Store({bucket, endpoint, label: `s3://${bucket}`, ...more});
}

async function plannedBy(store: ObjectStore) {
  const bench = await makeBench({store: () => store});
  makeIndex(bench.index);
  const {record} = await rehearse(bench);
  const pages = await Array.fromAsync(bench.ledger.pages.all(record.id, 'plan'));
  const entries = pages.flatMap(page => page.entries);
  return {record, entries, open: await bench.ledger.openItems.after(record.id, '', 100)};
}

const signerOf = (authorization = '') => /Credential=([^/]+)/.exec(authorization)?.[1];

it('that are renewed in their profile are taken from there when they expire: the run goes on, whole', async () => {
  const server = await filled();
  const {credentials} = awsEnvironment({}, {credentials: profileOf('work', 'old', 'oldsecret')});
  const store = await storeAt(server, {profile: 'work'});
  expect(await listedKeys(store)).toEqual(keys);
  // Whoever renews them has done so; the old ones go on working until they expire, in the middle of the run.
  server.addAccessKey('new', 'newsecret');
  writeFileSync(credentials, profileOf('work', 'new', 'newsecret'));
  const expired = server.inject({
    type: 'expired-token',
    accessKeyId: 'old',
    operation: 'GetObject',
    skip: 20,
  });
  const {record, entries} = await plannedBy(store);
  expect(expired.fired).toBeGreaterThan(0);
  expect(record).toMatchObject({status: 'completed', tally: {inserted: 60, failed: 0}});
  expect(entries.map(({key, found}) => [key, found])).toEqual(
    keys.map(key => [key, expect.objectContaining({hash: hash('sha256', key)})]),
  );
  const signers = server.requests.map(({headers}) => signerOf(headers.authorization));
  expect(signers.filter(signer => signer === 'new').length).toBeGreaterThan(20);
  expect(signers.at(-1)).toBe('new');
});

it('that expire while a listing and a lookup go on are taken anew there too', async () => {
  const server = await filled();
  const {credentials} = awsEnvironment({}, {credentials: profileOf('default', 'old', 'oldsecret')});
  const store = await storeAt(server);
  const object = await theOne(store, 'object 07');
  server.addAccessKey('new', 'newsecret');
  const expired = server.inject({type: 'expired-token', accessKeyId: 'old'});
  writeFileSync(credentials, profileOf('default', 'new', 'newsecret'));
  expect(await store.lookup('object 07', never)).toEqual(object);
  expect(expired.fired).toBe(2);
  expect(await listedKeys(store)).toEqual(keys);
});

it('that were revoked are taken anew as well', async () => {
  const server = await filled();
  const {credentials} = awsEnvironment({}, {credentials: profileOf('default', 'revoked', 'x')});
  const store = await storeAt(server);
  const message = /^listing the bucket: the service does not know this access key \(403 InvalidAccessKeyId/;
  await expect(listedKeys(store)).rejects.toMatchObject({
    kind: 'denied',
    message: expect.stringMatching(message),
  });
  writeFileSync(credentials, profileOf('default', 'old', 'oldsecret'));
  expect(await listedKeys(store)).toEqual(keys);
});

it('that expire and are not renewed fail every object by name, and it says that they have expired', async () => {
  const server = await filled();
  awsEnvironment({AWS_ACCESS_KEY_ID: 'old', AWS_SECRET_ACCESS_KEY: 'oldsecret'});
  const store = await storeAt(server);
  const expired = server.inject({
    type: 'expired-token',
    accessKeyId: 'old',
    operation: 'GetObject',
    skip: 21,
  });
  const {record, open} = await plannedBy(store);
  expect(expired.fired).toBe(open.length);
  expect(open).toHaveLength(record.tally.failed);
  expect(open.length).toBeGreaterThan(0);
  for (const {key, kind, message, attempts} of open)
    expect({key, kind, message, attempts}).toEqual({
      key,
      kind: 'denied',
      message: `${key}: the credentials have expired (403 ExpiredToken: The provided token has expired.)`,
      attempts: 1,
    });
});

it('that expire are read again from a profile that is late: what is asked after that is answered', async () => {
  const server = await filled();
  const {credentials} = awsEnvironment({}, {credentials: profileOf('default', 'old', 'oldsecret')});
  const store = await storeAt(server);
  const object = await theOne(store, 'object 07');
  server.inject({type: 'expired-token', accessKeyId: 'old'});
  server.addAccessKey('new', 'newsecret');
  for (const half of ['', '[default]\naws_access_key_id = new\n']) {
    writeFileSync(credentials, half);
    await expect(store.sha256(object, {signal: never})).rejects.toMatchObject({kind: 'denied'});
  }
  writeFileSync(credentials, profileOf('default', 'new', 'newsecret'));
  expect(await store.sha256(object, {signal: never})).toBe(hash('sha256', 'object 07'));
});

/** A profile whose credentials come from a program, and how often it was asked. */
function program(
  given: (time: number) => {readonly id: string; readonly secret: string; readonly seconds?: number},
) {
  const folder = tempFolder();
  const path = join(folder, 'program');
  const asked = join(folder, 'asked');
  writeFileSync(asked, '');
  const answers = Array.from({length: 20}, (_, time) => {
    const {id, secret, seconds = 3_600} = given(time);
    const Expiration = new Date(Date.now() + seconds * 1_000).toISOString();
    return `${time + 1}) echo '${JSON.stringify({Version: 1, AccessKeyId: id, SecretAccessKey: secret, Expiration})}';;`;
  });
  writeFileSync(
    path,
    `#!/bin/sh\necho >> ${asked}\ncase $(wc -l < ${asked}) in\n${answers.join('\n')}\nesac\n`,
  );
  chmodSync(path, 0o755);
  awsEnvironment({}, {config: `[default]\ncredential_process = ${path}\n`});
  return {path, times: () => readFileSync(asked, 'utf8').length};
}

it('that a program gave, and does not give again, are a failure that says what to set', async () => {
  const server = await filled();
  const {path} = program(() => ({id: 'old', secret: 'oldsecret', seconds: 1.5}));
  const store = await storeAt(server);
  expect(await listedKeys(store)).toEqual(keys);
  writeFileSync(path, '#!/bin/sh\nexit 1\n');
  // They are good for a second and a half.
  let failure: unknown = null;
  while (failure === null)
    failure = await listedKeys(store).then(
      () => null,
      (error: unknown) => error,
    );
  expect(failure).toMatchObject({
    kind: 'denied',
    message: expect.stringMatching(/^listing the bucket: there are no credentials \(/),
  });
  const [finding] = await store.check();
  expect(finding).toMatchObject({
    level: 'error',
    isDenied: true,
    remedy: expect.stringContaining('AWS_ACCESS_KEY_ID'),
  });
});

it('are asked for once to begin with, and once when they expire, however many requests that meets', async () => {
  const server = await filled();
  const {times} = program(time =>
    time === 0 ? {id: 'old', secret: 'oldsecret'} : {id: 'new', secret: 'newsecret'},
  );
  const store = await storeAt(server);
  const objects = await listed(store);
  expect(times()).toBe(1);
  server.addAccessKey('new', 'newsecret');
  server.inject({type: 'expired-token', accessKeyId: 'old'});
  server.inject({type: 'latency', ms: 100, key: 'object 01'});
  const late = store.lookup('object 01', never);
  expect(await Promise.all(objects.map(object => store.lookup(object.key, never)))).toEqual(objects);
  expect(await late).toEqual(objects[1]);
  expect(times()).toBe(2);
});

it('that are others every time, and never good, are tried twice', async () => {
  const server = await filled();
  program(time => ({id: `key${time}`, secret: 'secret'}));
  const store = await storeAt(server);
  await expect(listedKeys(store)).rejects.toMatchObject({kind: 'denied'});
  expect(server.requests.map(({headers}) => signerOf(headers.authorization))).toEqual(['key0', 'key1']);
});

it('that R2 does not know any more are taken anew as well', async () => {
  const signers: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    signers.push(signerOf(request.headers.authorization));
    if (signers.at(-1) === 'new')
      response.end('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>');
    else
      response.writeHead(401).end('<Error><Code>Unauthorized</Code><Message>Unauthorized</Message></Error>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const {credentials} = awsEnvironment({}, {credentials: profileOf('default', 'old', 'x')});
  const store = await s3Store({
    bucket: 'assets',
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    label: 'bucket',
  });
  writeFileSync(credentials, profileOf('default', 'new', 'x'));
  expect(await listedKeys(store)).toEqual([]);
  expect(signers).toEqual(['old', 'new']);
});

it('of a session are sent with its token', async () => {
  const server = await filled();
  const {bucket, endpoint} = server;
  const credentials = {accessKeyId: 'old', secretAccessKey: 'oldsecret', sessionToken: 'of this session'};
  const store = await s3Store({bucket, endpoint, label: 'bucket', credentials});
  expect(await listedKeys(store)).toEqual(keys);
  expect(server.requests.at(-1)?.headers).toMatchObject({'x-amz-security-token': 'of this session'});
});
