import {readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {z} from 'zod';
import type {ModuleForm} from './template.ts';

const manifest = z.looseObject({type: z.string().optional()});

/**
 * How a TypeScript file in a folder has to export: Node takes it for an ES module where the nearest package.json says
 * so or where there is none. Elsewhere `export default` is refused, or every command begins with a warning.
 */
export async function moduleFormIn(folder: string): Promise<ModuleForm> {
  const nearest = await nearestManifest(folder);
  if (nearest === null) return 'export default';
  return manifest.parse(JSON.parse(nearest)).type === 'module' ? 'export default' : 'module.exports =';
}

async function nearestManifest(folder: string): Promise<string | null> {
  const found = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null);
  if (found !== null || dirname(folder) === folder) return found;
  return nearestManifest(dirname(folder));
}
