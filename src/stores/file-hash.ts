import {createHash, type Hash, hash} from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
} from 'node:fs';
import {faultOf, hasCode} from './directory-faults.ts';
import {changed, ledOut, readFlags} from './directory-guards.ts';
import {isInside, versionOf} from './directory-object.ts';
import {chunkBytes, type HashedFile} from './hash-protocol.ts';

/**
 * The SHA-256 of one file, chunk by chunk and synchronously: for threads that do nothing else. Before, after and in
 * length it is the file that was listed, and it lies in its folder, or there is a Fault. Memory is one chunk, which all
 * files of a thread share.
 */

const chunk = Buffer.alloc(chunkBytes);

/** How far the hash of a file had come when it was stopped. */
export interface KeptHash {
  readonly hash: Hash;
  readonly position: number;
  readonly identity: string;
}

export class FileHash {
  readonly #file: HashedFile;
  readonly #fd: number;
  readonly #identity: string;
  #hash: Hash | null = null;
  /** Of a file that fits in one chunk: its hash needs no state, which is a third of the time. */
  #digest: string | null = null;
  #position = 0;

  /** Goes on where a kept hash of the very same file ended. */
  constructor(file: HashedFile, kept: KeptHash | null) {
    this.#file = file;
    this.#fd = naming(file, () => openInside(file));
    try {
      const info = this.#info();
      if (!info.isFile() || versionOf(info) !== file.version) throw changed(file.key, 'since it was listed');
      this.#identity = identityOf(info);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
    if (kept?.identity !== this.#identity) return;
    this.#hash = kept.hash;
    this.#position = kept.position;
  }

  /** Bytes that are hashed. */
  get position(): number {
    return this.#position;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#file.size;
  }

  /** Hashes one chunk more. */
  hashChunk(): void {
    const {size} = this.#file;
    const wanted = Math.min(chunkBytes, size - this.#position);
    const count = naming(this.#file, () => readSync(this.#fd, chunk, 0, wanted, this.#position));
    if (count === 0) throw changed(this.#file.key, 'while it was read');
    const bytes = chunk.subarray(0, count);
    this.#position += count;
    if (count === size) this.#digest = hash('sha256', bytes, 'hex');
    else {
      this.#hash ??= createHash('sha256');
      this.#hash.update(bytes);
    }
  }

  /** The hash, if the file is still as it was. */
  digest(): string {
    if (identityOf(this.#info()) !== this.#identity) throw changed(this.#file.key, 'while it was read');
    return this.#digest ?? (this.#hash ?? createHash('sha256')).digest('hex');
  }

  /** What is needed to go on, without the file being open. */
  kept(): KeptHash | null {
    const [position, identity] = [this.#position, this.#identity];
    return this.#hash === null ? null : {hash: this.#hash, position, identity};
  }

  close(): void {
    closeSync(this.#fd);
  }

  #info(): BigIntStats {
    return naming(this.#file, () => fstatSync(this.#fd, {bigint: true}));
  }
}

/** Who changes the bytes and puts the time back has another ctime all the same. */
function identityOf(info: BigIntStats): string {
  return `${info.dev}-${info.ino}-${versionOf(info)}-${info.ctimeNs}`;
}

/** Opens a file of the folder. A link on the way, to the file or above it, must not lead out. */
function openInside({root, key}: HashedFile): number {
  const path = `${root}/${key}`;
  const fd = openOrFollow(path);
  try {
    // Linux knows of the descriptor where it lies; elsewhere the path is resolved once more.
    const real =
      process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${fd}`) : realpathSync.native(path);
    if (isInside(root, real)) return fd;
    throw ledOut(key);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openOrFollow(path: string): number {
  try {
    return openSync(path, readFlags);
  } catch (error) {
    if (!hasCode(error, 'ELOOP')) throw error;
    return openSync(realpathSync.native(path), readFlags);
  }
}

function naming<T>({key}: HashedFile, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw faultOf(error, key);
  }
}
