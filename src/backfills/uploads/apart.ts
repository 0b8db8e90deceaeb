import {OperatorError} from '../../core/operator-error.ts';
import type {ObjectStore} from '../../stores/object-store.ts';
import type {Provider} from '../../stores/providers/provider.ts';

/**
 * Refuses a provider's folder that is a folder of files to upload, lies in one or around one: its objects, and files that
 * are half written, would be uploaded in their turn.
 */
export function requireApart({roots = []}: Pick<ObjectStore, 'roots'>, {label, store}: Provider): void {
  for (const root of roots)
    for (const folder of store.roots ?? []) {
      const how = howTheyLie(folder, root);
      if (how === null) continue;
      throw new OperatorError(
        'usage',
        `provider ${label}: its folder ${folder} ${how}, whose files are uploaded`,
        'Name a provider elsewhere, or other folders: what is uploaded must not be read again as a file to upload.',
      );
    }
}

function howTheyLie(folder: string, root: string): string | null {
  if (folder === root) return `is the folder ${root}`;
  if (isInside(root, folder)) return `lies in ${root}`;
  return isInside(folder, root) ? `lies around ${root}` : null;
}

/** Of real paths: both are written out, with slashes. */
function isInside(root: string, path: string): boolean {
  return path.startsWith(root.endsWith('/') ? root : `${root}/`);
}
