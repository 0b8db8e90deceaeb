import {subscribe} from 'node:diagnostics_channel';
import {ListObjectsV2Command} from '@aws-sdk/client-s3';
import {type BucketAddress, parseBucket} from '../../src/config/bucket-address.ts';
import {s3Store} from '../../src/stores/s3.ts';
import {connectS3, defaultTimeouts} from '../../src/stores/s3-client.ts';
import {S3Http} from '../../src/stores/s3-http.ts';
import {listPage, type PageStart} from '../../src/stores/s3-listing.ts';
import {report} from './report.ts';
import {sdkClient} from './sdk-client.ts';

/** Counts the keys of a bucket. */
type List = (address: BucketAddress) => Promise<number>;

const {signal} = new AbortController();

/** One page after the other through the SDK, as the original does. */
const bySdk: List = async address => {
  const client = sdkClient(address);
  let keys = 0;
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const page = await client.send(
      new ListObjectsV2Command({Bucket: address.bucket, ContinuationToken: token}),
    );
    keys += page.Contents?.length ?? 0;
    token = page.NextContinuationToken;
  }
  return keys;
};

/** One page after the other as the store reads one: without the SDK's parser. */
const byPage: List = async address => {
  const http = new S3Http(await connectS3(address), defaultTimeouts);
  let keys = 0;
  for (let start: PageStart | null = {after: ''}; start !== null; ) {
    const page = await listPage(http, {prefix: '', start, signal});
    keys += page.objects.length;
    start = page.next;
  }
  return keys;
};

/** As the engine asks for it. */
const byStore: List = async address => {
  const store = await s3Store({...address, label: 'bucket'});
  let keys = 0;
  for await (const page of store.list({prefix: '', lo: '', hi: null, signal})) keys += page.length;
  return keys;
};

const ways = {sdk: bySdk, page: byPage, store: byStore};

/**
 * Lists a bucket, and counts the requests that went out for it.
 *
 *     node list-way.ts s3://BUCKET?endpoint=URL sdk|page|store
 */
const [source = '', named = ''] = process.argv.slice(2);
const list = Object.entries(ways).find(([name]) => name === named)?.[1];
if (list === undefined) throw new Error(`name a way: ${Object.keys(ways).join(', ')}`);

let requests = 0;
subscribe('http.client.request.start', () => {
  requests++;
});
await report(async () => {
  const files = await list(parseBucket(source));
  return {files, bytes: 0, written: 0, requests};
});
