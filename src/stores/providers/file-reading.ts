import {createHash} from 'node:crypto';
import {Fault} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';
import type {UploadedFile} from './provider.ts';

const nothing = new Uint8Array();

/**
 * Reads a file once, in order, in pieces of whatever size, and computes its SHA-256 on the way. What is not the file
 * that was promised, by its size or its hash, is a Fault `changed`. Close it, however it ended.
 */
export class FileReading {
  readonly #file: UploadedFile;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #hash = createHash('sha256');
  /** Of the last chunk, what is not taken yet. */
  #rest: Uint8Array = nothing;
  #taken = 0;

  constructor(file: UploadedFile, signal: AbortSignal) {
    this.#file = file;
    this.#chunks = file.read(signal)[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes more, which are the receiver's own. */
  async next(size: number): Promise<Buffer> {
    const piece = Buffer.allocUnsafeSlow(size);
    for (let filled = 0; filled < size; ) {
      if (this.#rest.length === 0 && !(await this.#more()))
        throw this.#changed(`ended after ${this.#taken} of`);
      const part = this.#rest.subarray(0, size - filled);
      piece.set(part, filled);
      this.#rest = this.#rest.subarray(part.length);
      filled += part.length;
      this.#taken += part.length;
    }
    this.#hash.update(piece);
    return piece;
  }

  /** The SHA-256 of all of it, once everything was taken. */
  async end(): Promise<string> {
    if (this.#rest.length > 0 || (await this.#more())) throw this.#changed('went on after');
    const sha256 = this.#hash.digest('hex');
    const {sha256: expected, name} = this.#file;
    if (expected === null || sha256 === expected) return sha256;
    throw new Fault(
      'changed',
      `${printableKey(name)}: the file changed since it was hashed (SHA-256 is ${sha256}, where ${expected} was expected)`,
    );
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const {done, value} = await this.#chunks.next();
      if (done === true) return false;
      if (value.length === 0) continue;
      this.#rest = value;
      return true;
    }
  }

  #changed(how: string): Fault {
    const {name, size} = this.#file;
    return new Fault('changed', `${printableKey(name)}: the file changed: it ${how} ${size} bytes`);
  }
}
