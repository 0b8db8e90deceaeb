import {readFile} from 'node:fs/promises';
import {findPackageJSON} from 'node:module';
import {pathToFileURL} from 'node:url';
import {z} from 'zod';
import type {ModuleForm} from './template.ts';

const manifest = z.looseObject({type: z.string().optional()});

/**
 * How a TypeScript file at a path has to export: Node takes it for an ES module where the nearest package.json says so
 * or where there is none. Elsewhere `export default` is refused, or every command begins with a warning.
 */
export async function moduleFormAt(path: string): Promise<ModuleForm> {
  const nearest = findPackageJSON(pathToFileURL(path));
  if (nearest === undefined) return 'export default';
  const text = await readFile(nearest, 'utf8');
  return manifest.parse(JSON.parse(text)).type === 'module' ? 'export default' : 'module.exports =';
}
