import {readFileSync, statSync} from 'node:fs';
import {jsonToLex, lexToIpld, stringifyLex} from '@atproto/lexicon';
import {cborToLexRecord, cidForRecord, readCarWithRoot, verifyRepoCar} from '@atproto/repo';
import {z} from 'zod';
import {CarReader} from '../../src/atproto/car.ts';
import {parseExactly} from '../../src/atproto/exact-json.ts';
import {recordPage} from '../../src/atproto/record-page.ts';
import {openRepository} from '../../src/atproto/repository.ts';
import {collection, did} from './atproto-corpus.ts';
import {report} from './report.ts';

const chunkBytes = 65_536;
const {signal} = new AbortController();

/** Counts the records that a file gives, each of them checked and made into JSON text. */
type Way = (path: string, signingKey: string) => number | Promise<number>;

/** The CAR in chunks as a socket gives them. */
async function byUs(path: string, proof: string | null): Promise<number> {
  const bytes = readFileSync(path);
  const reader = new CarReader(bytes.length);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  const repository = await openRepository(reader.end(), {
    did,
    collections: [collection],
    proof,
    mostBytes: Number.MAX_SAFE_INTEGER,
    signal,
  });
  let records = 0;
  for (const page of repository.records())
    for (const {json, fault} of page) if (fault === null && json !== '') records++;
  return records;
}

const pageSchema = z.object({
  records: z.array(z.object({uri: z.string(), cid: z.string(), value: z.looseObject({})})),
});

/** The two packages have each a type of their own for the same. */
const encodable = z.custom<Parameters<typeof cidForRecord>[0]>();

const ways: Readonly<Record<string, Way>> = {
  car: path => byUs(path, null),
  'car-proven': byUs,
  /** What it takes to know that a repository is sound; no record is looked into. */
  'car-verified': async (path, signingKey) =>
    (await verifyRepoCar(readFileSync(path), did, signingKey)).creates.length,
  'car-reference': async (path, signingKey) => {
    const bytes = readFileSync(path);
    const {creates} = await verifyRepoCar(bytes, did, signingKey);
    const {blocks} = await readCarWithRoot(bytes);
    let records = 0;
    for (const {cid} of creates) {
      const block = blocks.get(cid);
      if (block !== undefined && stringifyLex(cborToLexRecord(block)) !== '') records++;
    }
    return records;
  },
  pages: path => {
    let records = 0;
    for (const text of readFileSync(path, 'utf8').split('\n')) {
      const raw = {value: parseExactly(text), text, bytes: text.length, asked: null, host: 'bench'};
      for (const {json, fault} of recordPage(raw, {did, collection})?.records ?? [])
        if (fault === null && json !== '') records++;
    }
    return records;
  },
  'pages-reference': async path => {
    let records = 0;
    for (const text of readFileSync(path, 'utf8').split('\n'))
      for (const {cid, value} of pageSchema.parse(JSON.parse(text)).records) {
        const lex = jsonToLex(value);
        const computed = await cidForRecord(encodable.parse(lexToIpld(lex)));
        if (computed.toString() === cid && stringifyLex(lex) !== '') records++;
      }
    return records;
  },
};

/**
 *     node atproto-way.ts WAY FILE SIGNING-KEY
 */
const [named = '', path = '', signingKey = ''] = process.argv.slice(2);
const way = ways[named];
if (way === undefined) throw new Error(`name a way: ${Object.keys(ways).join(', ')}`);
await report(async () => ({files: await way(path, signingKey), bytes: statSync(path).size, written: 0}));
