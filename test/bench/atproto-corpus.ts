import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Secp256k1Keypair} from '@atproto/crypto';
import {contentOf} from '../../src/sandbox/network/content.ts';
import {revisionOf} from '../../src/sandbox/network/identifiers.ts';
import {Repository} from '../../src/sandbox/network/repository.ts';
import type {Json} from '../../src/sandbox/network/spec.ts';

export const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';
export const collection = 'app.bsky.feed.post';
const pageRecords = 100;

/** One repository: its CAR, its pages of listRecords (one a line), and the key that signed it. */
export interface AtprotoCorpus {
  readonly car: string;
  readonly pages: string;
  readonly signingKey: string;
}

/** Posts of about 400 bytes, half of them replies and half with a picture, under keys as real ones have. */
export async function makeAtprotoCorpus(folder: string, records: number): Promise<AtprotoCorpus> {
  const key = await Secp256k1Keypair.create();
  const writes = Array.from({length: records}, (_, n) => ({
    collection,
    rkey: revisionOf(n),
    value: postOf(n),
  }));
  const content = await contentOf(writes, revisionOf(records));
  const [car, pages] = [join(folder, 'repository.car'), join(folder, 'pages.jsonl')];
  await writeFile(car, await new Repository({did, content, key}).car('cid', null));
  const texts = (content.collections.get(collection) ?? []).map(
    ({rkey, cidText, json}) =>
      `{"uri":"at://${did}/${collection}/${rkey}","cid":"${cidText}","value":${json}}`,
  );
  const lines = Array.from({length: Math.ceil(records / pageRecords)}, (_, page) =>
    texts.slice(page * pageRecords, (page + 1) * pageRecords).join(','),
  );
  await writeFile(pages, lines.map(line => `{"records":[${line}]}`).join('\n'));
  return {car, pages, signingKey: key.did()};
}

const other = 'bafyreib2rxk3rybloqtqwboecwyxmpfxbyi3tqdttvmuqjuwlbgsbcylai';
const ref = {uri: `at://${did}/${collection}/3k2k4k5k6k7k8`, cid: other};

function postOf(n: number): Json {
  const post = {
    $type: collection,
    createdAt: new Date(1_767_225_600_000 + n * 60_000).toISOString(),
    langs: ['en'],
  };
  if (n % 2 === 0)
    return {
      ...post,
      text: `Reply ${n}: it is as “they” say, and I have nothing to add 🙂`,
      reply: {root: ref, parent: ref},
    };
  const image = {
    $type: 'blob',
    ref: {$link: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'},
    mimeType: 'image/jpeg',
    size: 100_000 + n,
  };
  const images = [
    {alt: 'A picture of a river, a weir and a headgate', image, aspectRatio: {width: 2_000, height: 1_500}},
  ];
  return {
    ...post,
    text: `Post ${n}: look at this\nnothing flows yet`,
    embed: {$type: 'app.bsky.embed.images', images},
  };
}
