import {resolve} from 'node:path';
import type {AnyBackfill} from '../backfills/registry.ts';
import {targetFlags} from '../config/end-kinds.ts';
import {OperatorError} from '../core/operator-error.ts';
import {formatFolders} from '../stores/folder-names.ts';

/** What is read and what is brought up to date, as flags name them. */
export interface Ends {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** uploads: folders of this machine, instead of a source; and where their files go. */
  readonly folder?: readonly string[] | undefined;
  readonly provider?: string | undefined;
  /** Of the AT Protocol network. */
  readonly relay?: readonly string[] | undefined;
  readonly plc?: string | undefined;
  readonly allowPrivateHosts?: boolean | undefined;
}

/** What uploads reads is said by other flags. */
export function requireSource({source}: Ends, uploads?: AnyBackfill['uploads']): string {
  if (source !== undefined) return source;
  if (uploads === 'files')
    throw new OperatorError('usage', 'no folder is named', 'Name whose files are uploaded: --folder DIR');
  if (uploads === 'objects')
    throw new OperatorError(
      'usage',
      'no provider is named',
      'Name whose bytes are read: --provider NAME, --provider DIR or --provider s3://BUCKET/PREFIX',
    );
  throw new OperatorError(
    'usage',
    'no source is named',
    'Name what is read: --source FOLDER, or --source s3://BUCKET/PREFIX',
  );
}

/** What a backfill reads, as one name, whichever flag has named it. */
export function plainEnds<E extends Ends>({uploads}: AnyBackfill, ends: E): E {
  const source = uploads === 'objects' ? (ends.provider ?? ends.source) : sourceOf(ends);
  return {...ends, source, folder: undefined};
}

/** Folders are a source, several of them as one. */
export function sourceOf({source, folder}: Ends): string | undefined {
  if (folder === undefined) return source;
  if (source !== undefined)
    throw new OperatorError('usage', '--folder and --source both say what is read', 'Give one of them.');
  const [only, ...others] = folder;
  return only !== undefined && others.length === 0 ? only : formatFolders(folder.map(each => resolve(each)));
}

export function requireTarget({target}: Ends): string {
  if (target !== undefined) return target;
  throw new OperatorError('usage', 'no target is named', `Name what is brought up to date: ${targetFlags()}`);
}

export function bucketFlags({endpoint, region}: Ends): {
  readonly endpoint?: string;
  readonly region?: string;
} {
  return {...(endpoint === undefined ? {} : {endpoint}), ...(region === undefined ? {} : {region})};
}
