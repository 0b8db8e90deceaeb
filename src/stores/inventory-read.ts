import {constants} from 'node:fs';
import {Fault} from '../core/failure.ts';
import {compareKeys} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import {faultOf, hasCode} from './directory-faults.ts';
import {close, fstatOpened, open, read, stat} from './files.ts';
import {objectOf, shown} from './inventory-entry.ts';
import {InventoryFault} from './inventory-fault.ts';
import {InventoryValues} from './inventory-values.ts';
import type {StoredObject} from './object-store.ts';

const chunkBytes = 256 * 1024;
const pageObjects = 1_000;
/** A named pipe in a file's place must not block. */
const readFlags = constants.O_RDONLY | constants.O_NONBLOCK;

export interface InventoryReading {
  readonly signal: AbortSignal;
  /** True of every key from some one on: there the reading ends, whatever follows in the file. */
  readonly isBeyond?: (key: string) => boolean;
}

/**
 * The objects of an inventory file, in key order: pages of 1,000, in the memory of one. Throws an OperatorError that
 * names the line where the file is no inventory, and a Fault `changed` where somebody wrote to it meanwhile.
 */
export async function* readInventory(
  path: string,
  {signal, isBeyond = () => false}: InventoryReading,
): AsyncGenerator<readonly StoredObject[]> {
  const fd = await openInventory(path, signal);
  try {
    const opened = fstatOpened(fd);
    if (!opened.isFile()) throw notAFile(path, opened.isDirectory());
    const requireUnchanged = async () => {
      const now = await stat(path, signal).catch(() => null);
      signal.throwIfAborted();
      const isSame = (['dev', 'ino', 'size', 'mtimeNs'] as const).every(part => now?.[part] === opened[part]);
      if (!isSame) throw new Fault('changed', `${path}: the file changed while it was read`);
    };
    try {
      yield* pagesIn(fd, signal, isBeyond);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof InventoryFault)) throw faultOf(error, path);
      await requireUnchanged();
      throw new OperatorError('usage', `${path}, line ${error.line}: ${error.message}`, error.hint);
    }
    await requireUnchanged();
  } finally {
    await close(fd);
  }
}

async function* pagesIn(
  fd: number,
  signal: AbortSignal,
  isBeyond: (key: string) => boolean,
): AsyncGenerator<readonly StoredObject[]> {
  const values = new InventoryValues();
  const inOrder = ascending();
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let page: StoredObject[] = [];
  let isOver = false;
  while (!isOver) {
    const bytesRead = await read(fd, buffer, signal);
    if (bytesRead === 0) values.end();
    for (const element of values.push(buffer.subarray(0, bytesRead))) {
      const object = objectOf(element);
      inOrder(object.key, element.line);
      isOver = isBeyond(object.key);
      if (isOver) break;
      page.push(object);
      if (page.length < pageObjects) continue;
      yield page;
      page = [];
    }
    isOver ||= bytesRead === 0;
  }
  if (page.length > 0) yield page;
}

/** Told of every key and its line: throws at the first that is not behind the one before. */
function ascending(): (key: string, line: number) => void {
  let last = '';
  let lastLine = 0;
  return (key, line) => {
    const order = compareKeys(key, last);
    if (order === 0)
      throw new InventoryFault(line, `the key ${shown(key)} comes again: line ${lastLine} has it`, sorting);
    if (order < 0)
      throw new InventoryFault(
        line,
        `the key ${shown(key)} comes after ${shown(last)} (line ${lastLine}): expected keys in the order of their UTF-8 bytes`,
        sorting,
      );
    [last, lastLine] = [key, line];
  };
}

/** jq compares texts by code points, which is the order of their bytes in UTF-8. */
const sorting =
  "Put the objects in order, each key once: jq '.objects |= unique_by(.key)' does, and keeps the first of each key.";

async function openInventory(path: string, signal: AbortSignal): Promise<number> {
  try {
    return await open(path, readFlags, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR'))
      throw new OperatorError(
        'usage',
        `${path}: there is no such file`,
        'Name an inventory; --inventory-out writes one.',
      );
    if (hasCode(error, 'EACCES') || hasCode(error, 'EPERM'))
      throw new OperatorError(
        'usage',
        `${path}: this file can't be read`,
        'Grant the user that runs headgate read access to it.',
      );
    throw faultOf(error, path);
  }
}

function notAFile(path: string, isFolder: boolean): OperatorError {
  const found = isFolder ? 'this is a folder' : 'this is not a regular file';
  return new OperatorError('usage', `${path}: ${found}, expected an inventory`, 'Name the inventory file.');
}
