import {writeFileSync} from 'node:fs';
import {directoryStore} from '../../src/stores/directory.ts';
import type {StoredObject} from '../../src/stores/object-store.ts';
import {type Counts, report} from './report.ts';

/**
 * Lists a folder and hashes every file, many at once, while the next page is listed. What came of it is written as
 * sha256sum would have it.
 *
 *     node hashing-way.ts FOLDER OUT
 */
const [folder = '', out = ''] = process.argv.slice(2);
const atOnce = 256;
const store = await directoryStore(folder);
const {signal} = new AbortController();
const lines: string[] = [];

/** One page ahead, as the engine has it with its partitions. */
async function* objects(): AsyncGenerator<StoredObject> {
  const pages = store.list({prefix: '', lo: '', hi: null, signal})[Symbol.asyncIterator]();
  for (let ahead = pages.next(); ; ) {
    const page = await ahead;
    if (page.done === true) return;
    ahead = pages.next();
    yield* page.value;
  }
}

async function hashAll(): Promise<Counts> {
  const counts = {files: 0, bytes: 0, written: 0};
  const listed = objects();
  const hash = async () => {
    for (let next = await listed.next(); next.done !== true; next = await listed.next()) {
      lines.push(`${await store.sha256(next.value, {signal})}  ${next.value.key}\n`);
      counts.files++;
      counts.bytes += next.value.size;
    }
  };
  await Promise.all(Array.from({length: atOnce}, hash));
  return counts;
}

await report(hashAll);
writeFileSync(out, lines.join(''));
