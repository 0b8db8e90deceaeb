import {ListObjectsV2Command, PutObjectCommand} from '@aws-sdk/client-s3';
import {describe, expect, it} from 'vitest';
import type {S3Request} from './s3-request.ts';
import {SignatureVerifier} from './s3-signature.ts';
import {s3UnderTest, sdkClient} from './s3-under-test.ts';

/** From "Signature Calculations for the Authorization Header" of the Amazon S3 API reference. */
const documented = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  now: Date.UTC(2013, 4, 24),
};
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const common = {
  host: 'examplebucket.s3.amazonaws.com',
  'x-amz-date': '20130524T000000Z',
  'x-amz-content-sha256': emptyHash,
};
const plain = {method: 'GET', path: '/', query: {}, headers: common};
const examples = [
  {
    ...plain,
    path: '/test.txt',
    headers: {...common, range: 'bytes=0-9'},
    signed: 'host;range;x-amz-content-sha256;x-amz-date',
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    ...plain,
    method: 'PUT',
    path: '/test$file.text',
    headers: {
      ...common,
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    },
    signed: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    ...plain,
    query: {lifecycle: ''},
    signed: 'host;x-amz-content-sha256;x-amz-date',
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    ...plain,
    query: {'max-keys': '2', prefix: 'J'},
    signed: 'host;x-amz-content-sha256;x-amz-date',
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
] as const;

type Example = Omit<(typeof examples)[number], 'signature'> & {readonly signature: string};

function verifyExample({signed, signature, ...rest}: Example, now = documented.now): string {
  const {accessKeyId, secret} = documented;
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signed},Signature=${signature}`;
  const request: S3Request = {
    ...rest,
    headers: {...rest.headers, authorization},
    operation: 'Unknown',
    bucket: '',
    key: '',
  };
  const secrets = new Map([[accessKeyId, secret]]);
  return new SignatureVerifier().verify(request, {secrets, region: 'us-east-1', now});
}

describe('the signature', () => {
  it.each(examples)('of $method $path $query as Amazon documents it is right', example => {
    expect(verifyExample(example)).toBe(documented.accessKeyId);
    const last = example.signature.endsWith('0') ? '1' : '0';
    const wrong = example.signature.slice(0, -1) + last;
    expect(() => verifyExample({...example, signature: wrong})).toThrow(/signature we calculated/);
  });

  it('is of its time', () => {
    const [example] = examples;
    const minute = 60_000;
    expect(verifyExample(example, documented.now + 14 * minute)).toBe(documented.accessKeyId);
    expect(() => verifyExample(example, documented.now + 16 * minute)).toThrow(/too large/);
    expect(() => verifyExample(example, documented.now - 16 * minute)).toThrow(/too large/);
  });
});

describe('the server lets in', () => {
  it('who signs with the secret, and nobody else', async () => {
    const simulator = await s3UnderTest();
    const {bucket, accessKeyId} = simulator;
    const as = (id: string, secretAccessKey: string) =>
      sdkClient(simulator, {credentials: {accessKeyId: id, secretAccessKey}}).send(
        new ListObjectsV2Command({Bucket: bucket}),
      );
    await expect(as(accessKeyId, simulator.secretAccessKey)).resolves.toMatchObject({KeyCount: 0});
    await expect(as(accessKeyId, 'wrong')).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: {httpStatusCode: 403},
    });
    await expect(as('stranger', 'wrong')).rejects.toMatchObject({name: 'InvalidAccessKeyId'});
    simulator.addAccessKey('stranger', 'secret');
    await expect(as('stranger', 'secret')).resolves.toMatchObject({KeyCount: 0});
    expect((await fetch(`${simulator.endpoint}/${bucket}?list-type=2`)).status).toBe(403);
  });

  it('who signs for its region, and tells the others which it is', async () => {
    const simulator = await s3UnderTest({region: 'eu-central-003'});
    const list = new ListObjectsV2Command({Bucket: simulator.bucket});
    await expect(sdkClient(simulator).send(list)).rejects.toMatchObject({
      name: 'AuthorizationHeaderMalformed',
      Region: 'eu-central-003',
      $metadata: {httpStatusCode: 400},
    });
    await expect(sdkClient(simulator, {region: 'eu-central-003'}).send(list)).resolves.toBeTruthy();
  });

  it('no other body than the one that was signed', async () => {
    const simulator = await s3UnderTest();
    const client = sdkClient(simulator);
    client.middlewareStack.add(
      next => call => {
        if (typeof call.request === 'object' && call.request !== null)
          Object.assign(call.request, {body: 'b'});
        return next(call);
      },
      {step: 'finalizeRequest', priority: 'low'},
    );
    const put = client.send(new PutObjectCommand({Bucket: simulator.bucket, Key: 'k', Body: 'a'}));
    await expect(put).rejects.toMatchObject({name: 'XAmzContentSHA256Mismatch'});
  });
});
