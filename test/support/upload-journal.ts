import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {z} from 'zod';
import type {UploadJournal} from '../../src/stores/providers/provider.ts';

/** A journal whose entries a test can look at. */
export class MemoryJournal implements UploadJournal {
  readonly open = new Map<string, string>();

  begun(name: string): Promise<string | null> {
    return Promise.resolve(this.open.get(name) ?? null);
  }

  begin(name: string, handle: string): Promise<void> {
    this.open.set(name, handle);
    return Promise.resolve();
  }

  end(name: string): Promise<void> {
    this.open.delete(name);
    return Promise.resolve();
  }
}

/** One that outlives its process, as a file. */
export class FileJournal extends MemoryJournal {
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
    if (!existsSync(path)) return;
    const entries = z.array(z.tuple([z.string(), z.string()])).parse(JSON.parse(readFileSync(path, 'utf8')));
    for (const [name, handle] of entries) this.open.set(name, handle);
  }

  override async begin(name: string, handle: string): Promise<void> {
    await super.begin(name, handle);
    this.#keep();
  }

  override async end(name: string): Promise<void> {
    await super.end(name);
    this.#keep();
  }

  #keep(): void {
    writeFileSync(this.#path, JSON.stringify([...this.open]));
  }
}
