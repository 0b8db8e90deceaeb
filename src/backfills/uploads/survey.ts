import {GroupNames} from '../../core/group-names.ts';
import type {Probe} from '../../core/probe.ts';
import type {CheckIo} from '../invariant.ts';
import type {AssetFacts} from './facts.ts';
import type {UploadItem} from './item.ts';
import {listFiles} from './list.ts';
import {readAssets, uploadedTo} from './read-assets.ts';
import {requireWhose} from './scope.ts';
import type {Uploads} from './uploads.ts';

/** A file of the source, and whether its content is at the provider. */
export interface Surveyed {
  readonly key: string;
  readonly group: string;
  readonly isThere: boolean;
  /** Why not, as far as the listing tells. */
  readonly why: string;
}

export const notHashed = 'not hashed yet';

/**
 * Files in key order, each with whether the target says that its content was uploaded. Nothing is hashed for it: what is
 * not known from an earlier run counts as missing, and says so.
 */
export async function* surveyed(
  io: CheckIo<Uploads>,
  {facts}: Probe<AssetFacts>,
): AsyncGenerator<readonly Surveyed[]> {
  const {source, range, scope, target} = io;
  if (source === null) return;
  const {user, provider} = requireWhose(scope);
  const names = new GroupNames();
  for await (const page of listFiles(range, {...io, source})) {
    const files = page.filter(({skip}) => skip === undefined);
    const hashes = [...new Set(files.flatMap(({known}) => known?.sha256 ?? []))];
    const rows = hashes.length === 0 ? null : await readAssets(target, facts, user, hashes);
    yield files.map(file => {
      const row = rows?.get(file.known?.sha256 ?? '');
      const isThere = row !== undefined && uploadedTo(row).includes(provider);
      return {key: file.key, group: names.of(file.key), isThere, why: whyNot(file)};
    });
  }
}

function whyNot({fault, known}: UploadItem): string {
  if (fault !== undefined) return 'failed';
  return known === null ? notHashed : 'not uploaded';
}
