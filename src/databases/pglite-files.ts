import {fsyncSync} from 'node:fs';
import {PGlite} from '@electric-sql/pglite';
import {NodeFS} from '@electric-sql/pglite/nodefs';

/** PGlite's own has -F, which is fsync=off. Of the ways to wait for the disk, fdatasync comes to nothing in emscripten. */
export const durableParams = [
  ...PGlite.defaultStartParams.filter(param => param !== '-F'),
  '-c',
  'wal_sync_method=fsync',
];

/** Of the emscripten file system that PGlite reaches Node's files through: https://emscripten.org/docs/api_reference/Filesystem-API.html */
interface NodeFiles {
  readonly stream_ops: {fsync?: (stream: {readonly nfd?: number}) => number};
  readonly node_ops: {readdir: (node: unknown) => string[]};
}

/**
 * A folder of PGlite's that is on the disk when Postgres has said that it should be: PGlite's own never asks the disk, so
 * what a power cut leaves is anything. A commit took 2.6 ms so, and 0.6 without, on the disk of a virtual machine. Names that are not Postgres's are kept from it, or it would open them at a
 * recovery, which lets go of their locks.
 */
export class DurableFiles extends NodeFS {
  readonly #hidden: string;

  constructor(folder: string, hidden: string) {
    super(folder);
    this.#hidden = hidden;
  }

  override async init(...[pglite, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const {emscriptenOpts} = await super.init(pglite, options);
    type Module = Parameters<NonNullable<typeof options.preRun>[number]>[0];
    const change = ({NODEFS}: Module) => {
      const files: NodeFiles = NODEFS;
      const {readdir} = files.node_ops;
      files.node_ops.readdir = node => readdir(node).filter(name => !name.startsWith(this.#hidden));
      files.stream_ops.fsync = ({nfd}) => {
        if (nfd !== undefined) fsyncSync(nfd);
        return 0;
      };
    };
    return {emscriptenOpts: {...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), change]}};
  }
}
