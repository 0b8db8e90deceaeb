import type {Secp256k1Keypair} from '@atproto/crypto';
import {MST, signCommit} from '@atproto/repo';
import {type CarOrder, carOf, frameOf, newestFirst, sequenceOf} from './car.ts';
import {type Content, type StoredRecord, storageOf, type Write, withWrites} from './content.ts';
import {type Cid, encodeValue} from './encode.ts';
import {revisionOf} from './identifiers.ts';
import {lowest} from './lowest.ts';

export interface RepositoryOptions {
  readonly did: string;
  readonly content: Content;
  /** Null leaves commits unsigned. */
  readonly key: Secp256k1Keypair | null;
}

interface Commit {
  readonly cid: Cid;
  readonly bytes: Uint8Array;
}

const unsigned = new Uint8Array(64);

/** One account's records, the tree over them, and a commit that is signed when it is first asked for. */
export class Repository {
  readonly #did: string;
  readonly #key: Secp256k1Keypair | null;
  #content: Content;
  #revision = 0;
  #commit: Promise<Commit> | null = null;
  #written: Promise<unknown> = Promise.resolve();

  constructor({did, content, key}: RepositoryOptions) {
    this.#did = did;
    this.#content = content;
    this.#key = key;
  }

  get rev(): string {
    return revisionOf(this.#revision);
  }

  get collections(): readonly string[] {
    return [...this.#content.collections.keys()];
  }

  /** In ascending order of their keys. */
  records(collection: string): readonly StoredRecord[] {
    return this.#content.collections.get(collection) ?? [];
  }

  find(collection: string, rkey: string): StoredRecord | undefined {
    const records = this.records(collection);
    const found = records[lowest(records, record => record.rkey >= rkey)];
    return found?.rkey === rkey ? found : undefined;
  }

  commit(): Promise<Commit> {
    this.#commit ??= this.#sign();
    return this.#commit;
  }

  /** One after another, each with a commit of its own. */
  write(write: Write): Promise<void> {
    const written = this.#written.then(async () => {
      this.#content = await withWrites(this.#content, [write], revisionOf(this.#revision + 1));
      this.#revision++;
      this.#commit = null;
    });
    this.#written = written.catch(() => {});
    return written;
  }

  /** All of it, or what came after a revision. */
  async car(order: CarOrder, since: string | null): Promise<Uint8Array> {
    const [content, rev] = [this.#content, this.rev];
    const commit = {...(await this.commit()), rev};
    const {blocks, bytes, offsets} = await sequenceOf(content, order);
    // The reference PDS sorts the commit in among the others.
    const at = order === 'tree' ? 0 : lowest(blocks, block => newestFirst(commit, block) < 0);
    const offset = offsets[at] ?? 0;
    const frames =
      since === null
        ? [bytes.subarray(0, offset), frameOf(commit), bytes.subarray(offset)]
        : blocks
            .toSpliced(at, 0, commit)
            .filter(block => block.rev > since)
            .map(frameOf);
    return carOf([commit.cid], frames);
  }

  /** The commit and the way through the tree to one record, or to where it would be. */
  async proof(collection: string, rkey: string): Promise<Uint8Array> {
    const content = this.#content;
    const commit = await this.commit();
    const tree = MST.load(storageOf(content), content.root);
    const path = await tree.cidsForPath(`${collection}/${rkey}`);
    const blocks = path.flatMap(cid => content.blocks.get(cid.toString()) ?? []);
    return carOf([commit.cid], [commit, ...blocks].map(frameOf));
  }

  async #sign(): Promise<Commit> {
    const unsignedCommit = {
      did: this.#did,
      version: 3 as const,
      rev: this.rev,
      prev: null,
      data: this.#content.root,
    };
    if (this.#key === null) return encodeValue({...unsignedCommit, sig: unsigned});
    return encodeValue({...(await signCommit(unsignedCommit, this.#key))});
  }
}
