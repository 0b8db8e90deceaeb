import {z} from 'zod';
import type {RealPds} from './real-pds.ts';

/** A record's content in the data model's JSON form ($link, $bytes, blobs). */
export type RecordContent = Readonly<Record<string, unknown>>;

export type RecordWrite =
  | {
      readonly action: 'create' | 'update';
      readonly collection: string;
      readonly rkey: string;
      readonly value: RecordContent;
    }
  | {readonly action: 'delete'; readonly collection: string; readonly rkey: string};

interface AccountParts {
  readonly pds: RealPds;
  readonly did: string;
  readonly handle: string;
  readonly authorization: string;
}

const written = z.object({
  results: z.array(z.object({uri: z.string().optional(), cid: z.string().optional()})),
});

/** An account of a real PDS, signed in: what its owner does with it. */
export class RealAccount {
  readonly did: string;
  readonly handle: string;
  readonly pds: RealPds;
  readonly #authorization: string;

  constructor({pds, did, handle, authorization}: AccountParts) {
    this.pds = pds;
    this.did = did;
    this.handle = handle;
    this.#authorization = authorization;
  }

  /** Two hundred a commit, as many as a PDS takes. The CID of each record that was created or updated, by its URI. */
  async write(writes: readonly RecordWrite[]): Promise<ReadonlyMap<string, string>> {
    const cids = new Map<string, string>();
    for (let from = 0; from < writes.length; from += 200) {
      const answer = await this.#post('com.atproto.repo.applyWrites', {
        repo: this.did,
        writes: writes.slice(from, from + 200).map(({action, ...write}) => ({
          $type: `com.atproto.repo.applyWrites#${action}`,
          ...write,
        })),
      });
      for (const {uri, cid} of written.parse(answer).results) if (uri && cid) cids.set(uri, cid);
    }
    return cids;
  }

  /** What a record names it by. The PDS drops a blob that none names. */
  async uploadBlob(bytes: Uint8Array<ArrayBuffer>): Promise<RecordContent> {
    const answer = await this.#post('com.atproto.repo.uploadBlob', bytes);
    return z.object({blob: z.record(z.string(), z.unknown())}).parse(answer).blob;
  }

  async deactivate(): Promise<void> {
    await this.#post('com.atproto.server.deactivateAccount', {});
  }

  #post(method: string, body: object | Uint8Array<ArrayBuffer>): Promise<unknown> {
    return this.pds.post(method, body, this.#authorization);
  }
}
