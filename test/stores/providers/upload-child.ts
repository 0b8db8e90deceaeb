/** Uploads to a bucket as a process of its own, and tells its parent how many bytes are there. */
import {z} from 'zod';
import {never} from '../../support/listing.ts';
import {FileJournal} from '../../support/upload-journal.ts';
import {fileToUpload} from '../../support/uploaded-file.ts';
import {openBucket} from './bucket-place.ts';

const wanted = z.object({
  place: z.object({
    bucket: z.string(),
    endpoint: z.string(),
    prefix: z.string(),
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
  }),
  /** Of the journal. */
  path: z.string(),
  name: z.string(),
  size: z.number(),
});
const {place, path, name, size} = wanted.parse(JSON.parse(process.argv[2] ?? '{}'));
const provider = await openBucket(place, 20_000);
await provider.upload(fileToUpload(name, size), {
  signal: never,
  journal: new FileJournal(path),
  onProgress: bytes => process.send?.(bytes),
});
process.disconnect();
