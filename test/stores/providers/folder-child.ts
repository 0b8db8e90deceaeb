/**
 * Uploads to a folder as a process of its own, perhaps as a user who may not write there, and prints as JSON what came of
 * it: `node folder-child.ts '{"folder": …, "size": …}'`. A read that is `stuckAt` some byte says so, and never goes on.
 */
import {readdirSync} from 'node:fs';
import {z} from 'zod';
import {folderProvider} from '../../../src/stores/providers/folder.ts';
import {never} from '../../support/listing.ts';
import {becomeNobody} from '../../support/nobody.ts';
import {FileJournal, MemoryJournal} from '../../support/upload-journal.ts';
import {fileToUpload} from '../../support/uploaded-file.ts';

const wanted = z.object({
  folder: z.string(),
  size: z.number(),
  name: z.string().default('u/video'),
  asNobody: z.boolean().default(false),
  journal: z.string().optional(),
  stuckAt: z.number().default(Number.POSITIVE_INFINITY),
});
const {folder, size, name, asNobody, journal, stuckAt} = wanted.parse(JSON.parse(process.argv[2] ?? '{}'));
if (asNobody) becomeNobody();
// A limit of the shell's (ulimit -f) is then told as an error, as that of a disk is.
process.on('SIGXFSZ', () => undefined);
const provider = await folderProvider({id: 'archive', label: 'archive', folder});
const check = await provider.check();
const kept = journal === undefined ? new MemoryJournal() : new FileJournal(journal);
const file = fileToUpload(name, size, {
  onReading: from => {
    if (from < stuckAt) return undefined;
    process.send?.('stuck');
    return new Promise<never>(() => undefined);
  },
});
const error: unknown = await provider
  .upload(file, {signal: never, journal: kept})
  .catch((thrown: unknown) => thrown);
process.stdout.write(
  JSON.stringify({error, check, names: readdirSync(folder, {recursive: true}), open: [...kept.open]}),
);
