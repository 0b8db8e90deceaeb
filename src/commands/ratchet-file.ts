import {readFile, rename, writeFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {OperatorError} from '../core/operator-error.ts';
import {type Ratchet, ratchet} from '../engine/ratchet.ts';

/** A ratchet as a file that is kept beside the code, and reviewed like it. Null where there is none yet. */
export async function readRatchet(path: string, target: string): Promise<Ratchet | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new OperatorError(
      'usage',
      `--ratchet ${path}: it can't be read (${error.code ?? String(error)})`,
      'Name a file.',
    );
  });
  if (text === null) return null;
  const parsed = ratchet.safeParse(parseJson(text));
  if (!parsed.success)
    throw new OperatorError(
      'usage',
      `--ratchet ${path}: this is no ratchet ({"target": …, "allowed": {"INVARIANT": ROWS}})`,
      'Mend it, or remove it: the next verification writes it anew.',
    );
  if (parsed.data.target !== target)
    throw new OperatorError(
      'usage',
      `--ratchet ${path}: it is of the target ${parsed.data.target}, not of ${target}`,
      'Name a file for each target.',
    );
  return parsed.data;
}

/** Whole or not at all; a file that says the same is not touched. */
export async function writeRatchet(path: string, before: Ratchet | null, next: Ratchet): Promise<boolean> {
  const text = `${JSON.stringify(next, null, 2)}\n`;
  if (before !== null && JSON.stringify(before) === JSON.stringify(next)) return false;
  const target = resolve(path);
  const draft = `${target}.${process.pid}.new`;
  await writeFile(draft, text);
  await rename(draft, target);
  return true;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
