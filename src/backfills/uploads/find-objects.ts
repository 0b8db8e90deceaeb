import {type FailureKind, Fault} from '../../core/failure.ts';
import type {Provider, UploadedFile} from '../../stores/providers/provider.ts';
import type {Io} from '../shape.ts';
import {atProvider} from './at-provider.ts';
import type {UploadChange} from './change.ts';
import {requireWhose} from './scope.ts';
import {uploadedFile} from './uploaded-file.ts';
import type {Uploads} from './uploads.ts';

/**
 * What a provider has under the name that a row gives: the content of the file, something else, nothing, or what can't be
 * looked at. What this run itself has made and not recorded counts as lost: it was when that was decided, and the row is
 * still to be looked at.
 */
export interface FoundObject {
  readonly object: string;
  readonly is: 'same' | 'other' | 'lost' | 'unseen';
  /** Why it can't be looked at. */
  readonly why?: string;
}

type Looking = Pick<Io<Uploads>, 'source' | 'scope' | 'kept' | 'signal' | 'limited' | 'onBytes'>;

/** Looks for the objects of files at the provider, by the keys of the files; of what has changed by now, nothing is said. */
export async function findObjects(
  files: readonly UploadChange[],
  io: Looking,
): Promise<ReadonlyMap<string, FoundObject>> {
  if (files.length === 0) return new Map();
  const provider = await io.source.provider(requireWhose(io.scope).provider);
  const names = files.map(({object}) => object);
  const unrecorded = await io.kept.unrecorded(provider.id, names);
  const found = await Promise.all(
    files.map(async ({key, object}, index): Promise<readonly (readonly [string, FoundObject])[]> => {
      if (unrecorded.has(object)) return [[key, {object, is: 'lost'}]];
      const file = await asHashed(files[index], io);
      return file === null ? [] : [[key, {object, ...(await findOne(file, provider, io))}]];
    }),
  );
  return new Map(found.flat());
}

/** Null where it is another file by now, or gone: the next run sees to that. */
async function asHashed(change: UploadChange | undefined, io: Looking): Promise<UploadedFile | null> {
  try {
    return change === undefined ? null : await uploadedFile(change, io);
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

async function findOne(
  file: UploadedFile,
  provider: Provider,
  {signal, limited, onBytes}: Looking,
): Promise<Pick<FoundObject, 'is' | 'why'>> {
  try {
    const find = () => atProvider(provider, () => provider.find(file, signal, onBytes));
    return {is: (await limited(provider.host, find)) ?? 'lost'};
  } catch (error) {
    if (error instanceof Fault && ofOneObject.includes(error.kind)) return {is: 'unseen', why: error.message};
    throw error;
  }
}

/** Any other fault is of the provider as a whole: with the next object it would be the same. */
const ofOneObject: readonly FailureKind[] = [
  'invalid',
  'changed',
  'denied',
  'server-error',
  'too-large',
  'refused',
];
