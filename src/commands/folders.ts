import {access, realpath} from 'node:fs/promises';
import {isAbsolute, resolve} from 'node:path';
import {backfills} from '../backfills/registry.ts';
import {OperatorError} from '../core/operator-error.ts';
import {counted, number} from '../core/words.ts';
import {machineOf} from '../engine/holder.ts';
import {isInside} from '../stores/directory-object.ts';
import {parseFolders} from '../stores/folder-names.ts';
import type {Session} from './session.ts';

const recentEnds = 200;
const sharedAtOnce = 500;

/** Folders whose files were uploaded from this machine, and how many of their files are known: those without any come last. */
export async function listFoldersCommand(session: Session): Promise<number> {
  const {report} = session;
  const {folders, unresolved} = await knownFolders(session);
  if (folders.length + unresolved.length === 0)
    report.note('No folders yet. Begin: headgate run uploads --folder DIR --provider P --user ID --target T');
  const [known, empty] = [folders.filter(({files}) => files > 0), folders.filter(({files}) => files === 0)];
  for (const {folder, files, at} of known) {
    const when = at === null ? '' : `, last hashed ${new Date(at).toISOString().slice(0, 10)}`;
    report.data({type: 'folder', folder, files, at}, [
      `${folder}  ${counted(files, 'file is', 'files are')} known${when}`,
    ]);
  }
  for (const {folder, files, at} of empty)
    report.data({type: 'folder', folder, files, at}, [
      `${folder}  removed, or not hashed yet: none of its files is known`,
    ]);
  for (const name of unresolved) report.data({type: 'unresolved', name}, [unresolvedText(name)]);
  return 0;
}

interface KnownFolder {
  readonly folder: string;
  readonly files: number;
  /** When the last of them was hashed. */
  readonly at: number | null;
}

interface Known {
  readonly folders: readonly KnownFolder[];
  /** Names of a config that is not given: nobody here knows which folders they stand for. */
  readonly unresolved: readonly string[];
}

async function knownFolders(session: Session): Promise<Known> {
  const {ledger} = session;
  const named = new Set<string>();
  // What measured the table alone had no folder.
  for (const {backfill, sourceLabel} of await ledger.runs.recentEnds(recentEnds))
    if (sourceLabel !== '' && uploadsFiles(backfill))
      for (const folder of foldersIn(session, sourceLabel)) named.add(folder);
  const folders: KnownFolder[] = [];
  for (const folder of [...named].filter(isAbsolute).sort())
    folders.push({folder, ...(await ledger.fileHashes.below(machine(session), await realPath(folder)))});
  return {folders, unresolved: [...named].filter(name => !isAbsolute(name)).sort()};
}

function unresolvedText(name: string): string {
  return `${name} is a name of a config: --config FILE says which folders it stands for.`;
}

/** A ledger may have runs of a backfill that is no more. */
function uploadsFiles(id: string): boolean {
  return backfills.some(backfill => backfill.id === id && backfill.uploads === 'files');
}

/** What is known of a folder's files is forgotten; what was uploaded from it stays known by its content. */
export async function removeFolderCommand(session: Session, folder: string): Promise<number> {
  if (folder.trim() === '')
    throw new OperatorError('usage', 'the folder has no name', 'Name it: headgate folders remove DIR');
  const path = await realPath(resolve(session.surroundings.cwd, folder));
  const host = machine(session);
  await requireKnown(session, folder, path);
  const files = await session.ledger.fileHashes.forget(host, path);
  session.report.data({type: 'folder-removed', folder: path, files}, [
    files === 0
      ? `${path}: none of its files was known any more`
      : `${path}: ${number(files)} ${files === 1 ? 'file is' : 'files are'} forgotten. What was uploaded from there stays known by its content: no file of it is uploaded twice.`,
  ]);
  return 0;
}

/** A known folder, or a part of one. Of what lies around several, each is removed by its own name. */
async function requireKnown(session: Session, named: string, path: string): Promise<void> {
  const {folders, unresolved} = await knownFolders(session);
  const places = await Promise.all(
    folders.map(async known => ({...known, root: await realPath(known.folder)})),
  );
  if (places.some(({root}) => root === path)) return;
  const {files} = await session.ledger.fileHashes.below(machine(session), path);
  if (files > 0 && places.some(({root}) => isInside(root, path))) return;
  const below = places.filter(({root}) => isInside(path, root)).map(({folder}) => folder);
  if (files > 0 && below.length > 0)
    throw new OperatorError(
      'usage',
      `${named}: this is no folder that was uploaded from, but ${below.length === 1 ? 'one lies' : `${number(below.length)} lie`} below it`,
      `Remove ${below.length === 1 ? 'it' : 'each'} by its own name: ${below.join(', ')}`,
    );
  // It has files, and no run among the newest names it: an old one did, so it is removed as it was asked.
  if (files > 0 && unresolved.length === 0) return;
  const names = places.filter(known => known.files > 0).map(({folder}) => folder);
  throw new OperatorError(
    'usage',
    `${named}: nothing is known of this folder (${path})`,
    [
      names.length === 0 ? 'No files of any folder are known.' : `Known are: ${names.join(', ')}`,
      ...unresolved.map(unresolvedText),
    ].join('\n'),
  );
}

/** Contents that were found under several names: copies, and files that were renamed. */
export async function mergedCommand(session: Session): Promise<number> {
  const {ledger, report} = session;
  const host = machine(session);
  await ledger.fileHashes.flush();
  let contents = 0;
  for (let after = ''; ; ) {
    const page = await ledger.fileHashes.shared(host, after, sharedAtOnce);
    for (const {sha256, paths} of page) {
      after = sha256;
      contents++;
      const names = await Promise.all(paths.map(async path => ({path, isThere: await exists(path)})));
      report.data({type: 'merged', sha256, names}, [
        sha256.slice(0, 12),
        ...names.map(({path, isThere}) => `  ${isThere ? path : `${path} (renamed or gone)`}`),
      ]);
    }
    if (page.length < sharedAtOnce) break;
  }
  if (contents === 0) report.note('No content is known under more than one name.');
  return 0;
}

function foldersIn({config}: Session, label: string): readonly string[] {
  const known = config.sources[label];
  if (known !== undefined && 'folder' in known) return [known.folder];
  if (known !== undefined && 'folders' in known) return known.folders;
  return parseFolders(label) ?? [label];
}

function machine({surroundings: {self}}: Session): string {
  return machineOf(self.holder);
}

/** Files are known by where they really lie; a folder that is gone by what it was called. */
async function realPath(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
