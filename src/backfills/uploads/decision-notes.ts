import {uploadedTo} from './asset-row.ts';
import type {Candidate} from './candidates.ts';

/** What an operator may want to know of a file's decision, as `kind: detail`. */

/** Of what is there already. */
export function thereText({key, row, known, change: {sha256}}: Candidate): string {
  const asset = `already uploaded: asset ${row?.id ?? '?'}`;
  if (sha256 !== null && row?.sha256 === null)
    return `${asset}, without its hash: uploads-repair fills it in`;
  const renamed =
    known?.status === 'success' && !isSameFile(known.name, key) ? `, uploaded as ${known.name}` : '';
  return `${asset}${renamed}`;
}

/** A key may begin with its folder's name, where there are several folders. */
function isSameFile(name: string, key: string): boolean {
  return name === key || name.endsWith(`/${key}`) || key.endsWith(`/${name}`);
}

/** Of what its row has at another provider. */
export function linkText({row}: Candidate): string {
  const providers = row === null ? [] : uploadedTo(row);
  return `linked: asset ${row?.id ?? '?'}${providers.length === 0 ? '' : `, which is recorded as at ${providers.join(', ')}`}`;
}

/** Of what its row has at this provider, which does not have it. */
export function lostText({row, change: {provider}}: Candidate): string {
  return `lost: asset ${row?.id ?? '?'} is at ${provider} no more`;
}

/** Why what its row has at this provider can't be uploaded again. */
export function damagedText({row, change: {object, provider}}: Candidate): string {
  return `${provider} has something else under ${object} than asset ${row?.id ?? '?'} says. Look at it, remove it there, and retry`;
}

/** Why it is not known whether what its row has at this provider is there. */
export function unseenText({row, why = ''}: Candidate): string {
  return `the object of asset ${row?.id ?? '?'} can't be looked at: ${why}`;
}

export function goneText({known}: Candidate): string | null {
  return known?.status === 'success'
    ? `row gone: uploaded on ${new Date(known.at).toISOString().slice(0, 10)}`
    : known?.status === 'error'
      ? `failed before: ${known.note}`
      : null;
}

export function unhashedText({change: {sha256}}: Candidate): string | null {
  return sha256 === null ? 'not hashed: its row gets no hash' : null;
}
