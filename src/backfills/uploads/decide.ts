import type {Decision} from '../../core/entry.ts';
import type {Probe} from '../../core/probe.ts';
import type {KnownUpload} from '../../core/uploads.ts';
import type {Inspected, Io} from '../shape.ts';
import {type Candidate, candidatesOf} from './candidates.ts';
import type {UploadChange} from './change.ts';
import {
  damagedText,
  goneText,
  linkText,
  lostText,
  thereText,
  unhashedText,
  unseenText,
} from './decision-notes.ts';
import type {AssetFacts} from './facts.ts';
import {requireWhose} from './scope.ts';
import {similarTo} from './similar-images.ts';
import type {Uploads} from './uploads.ts';

/**
 * Each content once for each user and provider: already there, there at another provider, lost there, or to be uploaded.
 * What has the same content as an earlier file of the run stands or falls with it. The hash store is looked into first and
 * the target in any case: a row that somebody deleted is made again.
 */
export async function decideUploads(
  page: readonly Inspected<Uploads>[],
  io: Io<Uploads>,
  {facts}: Probe<AssetFacts>,
): Promise<readonly Decision<UploadChange>[]> {
  const candidates = await candidatesOf(page, io, facts);
  const wanted = candidates.filter(({standing}) => standing === 'missing' || standing === 'lost');
  const first = await firstOf(wanted, io);
  const similar = await similarTo(
    wanted.filter(({row, key, change}) => row === null && (first.get(change.sha256 ?? '') ?? key) === key),
    io,
    facts,
  );
  await learn(
    candidates.filter(({standing}) => standing === 'there'),
    io,
  );
  const here = new Set(candidates.map(({key}) => key));
  return candidates.map((candidate): Decision<UploadChange> => {
    const {key, change, row, standing} = candidate;
    if (standing === 'there') return {action: 'unchanged', notes: [thereText(candidate)]};
    if (standing === 'other') return {action: 'conflict', reason: damagedText(candidate), notes: ['damaged']};
    if (standing === 'unseen')
      return {action: 'conflict', reason: unseenText(candidate), notes: ['not seen']};
    const leader = first.get(change.sha256 ?? '') ?? key;
    if (leader !== key)
      return {
        action: 'unchanged',
        notes: [`same content: ${leader}`],
        ...(here.has(leader) ? {sameAs: leader} : {}),
      };
    if (standing === 'lost') return {action: 'update', change, notes: [lostText(candidate)]};
    if (row !== null) return {action: 'update', change, notes: [linkText(candidate)]};
    const notes = [goneText(candidate), unhashedText(candidate), similar.get(key) ?? null].filter(isText);
    return {action: 'insert', change, ...(notes.length === 0 ? {} : {notes})};
  });
}

/** The key that uploads a content, by hash: the first of the run that met it. */
async function firstOf(
  wanted: readonly Candidate[],
  {kept}: Io<Uploads>,
): Promise<ReadonlyMap<string, string>> {
  const contents = wanted.flatMap(({key, change: {sha256}}) => (sha256 === null ? [] : [{key, sha256}]));
  return contents.length === 0 ? new Map() : kept.firstMet(contents);
}

/** What the target has, the hash store knows from then on. */
async function learn(there: readonly Candidate[], {kept, scope, now}: Io<Uploads>): Promise<void> {
  const unknown = there.filter(
    ({known, row}) => row?.sha256 !== null && (known?.status !== 'success' || known.assetId === null),
  );
  const at = now();
  const uploads = unknown.flatMap(({key, row, known, change: {sha256}}): readonly KnownUpload[] =>
    sha256 === null
      ? []
      : [
          {
            sha256,
            status: 'success',
            note: known?.note ?? '',
            assetId: row?.id ?? null,
            name: known?.status === 'success' ? known.name : key,
            at: known?.status === 'success' ? known.at : at,
          },
        ],
  );
  if (uploads.length > 0) await kept.keepUploads(requireWhose(scope), uploads);
}

function isText(text: string | null): text is string {
  return text !== null;
}
