import {Fault} from '../../core/failure.ts';
import type {Provider} from '../../stores/providers/provider.ts';
import type {Io} from '../shape.ts';
import type {UploadChange} from './change.ts';
import {requireWhose} from './scope.ts';
import {uploadedFile} from './uploaded-file.ts';
import type {Uploads} from './uploads.ts';

/**
 * What a provider has under the name that a row gives: the content of the file, another, or nothing. What this run itself
 * has made counts as lost: it was when that was decided, and the row is still to be looked at.
 */
export interface FoundObject {
  readonly object: string;
  readonly is: 'same' | 'other' | 'lost';
}

/** Looks for the objects of files at the provider, by the keys of the files. What can't be an object's name is not looked for. */
export async function findObjects(
  files: readonly UploadChange[],
  io: Io<Uploads>,
): Promise<ReadonlyMap<string, FoundObject>> {
  if (files.length === 0) return new Map();
  const provider = await io.source.provider(requireWhose(io.scope).provider);
  const made = await io.kept.madeOf(
    provider.id,
    files.map(({object}) => object),
  );
  const found = await Promise.all(
    files.map(async file => {
      const is = made.has(file.object) ? 'lost' : await findOne(file, provider, io);
      return is === null ? [] : [[file.key, {object: file.object, is}] as const];
    }),
  );
  return new Map(found.flat());
}

async function findOne(
  change: UploadChange,
  provider: Provider,
  io: Io<Uploads>,
): Promise<FoundObject['is'] | null> {
  const {signal, limited} = io;
  try {
    const file = await uploadedFile(change, io);
    return (await limited(provider.host, () => provider.find(file, signal))) ?? 'lost';
  } catch (error) {
    // What has changed since it was hashed is for the next run; a name that another program gave may be none here.
    if (error instanceof Fault && ['invalid', 'changed', 'not-found'].includes(error.kind)) return null;
    throw error;
  }
}
