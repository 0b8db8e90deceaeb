import {parseBucket} from '../../src/config/bucket-address.ts';
import type {StoredObject} from '../../src/stores/object-store.ts';
import {s3Store} from '../../src/stores/s3.ts';
import {readByHttp, readBySdk, readByStore} from './readers.ts';
import {type Counts, report} from './report.ts';

const readers = {store: readByStore, sdk: readBySdk, http: readByHttp};

/**
 * Reads and hashes every object of a bucket, so many at once, and does nothing else: what an index costs beyond that is
 * the engine's. The bucket is listed before the clock starts.
 *
 *     node read-way.ts s3://BUCKET?endpoint=URL store|sdk|http AT_ONCE
 */
const [source = '', named = '', atOnce = ''] = process.argv.slice(2);
const reader = Object.entries(readers).find(([name]) => name === named)?.[1];
if (reader === undefined) throw new Error(`name a way: ${Object.keys(readers).join(', ')}`);

const address = parseBucket(source);
const objects: StoredObject[] = [];
const store = await s3Store({...address, label: source});
const {signal} = new AbortController();
for await (const page of store.list({prefix: '', lo: '', hi: null, signal})) objects.push(...page);
const read = await reader(address, objects);

async function readAll(): Promise<Counts> {
  const counts = {files: 0, bytes: 0, written: 0};
  const queue = objects.values();
  const work = async () => {
    for (const object of queue) {
      const bytes = await read(object);
      counts.bytes += bytes;
      counts.files++;
    }
  };
  await Promise.all(Array.from({length: Number(atOnce)}, work));
  return counts;
}

await report(readAll);
