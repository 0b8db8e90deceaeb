import {Fault} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';
import type {UploadedFile} from '../../stores/providers/provider.ts';
import type {Io} from '../shape.ts';
import type {UploadChange} from './change.ts';
import type {Uploads} from './uploads.ts';

/** A file as a provider takes it. Throws a Fault where it is not there any more as it was hashed. */
export async function uploadedFile(
  {key, object, size, sha256, mime}: UploadChange,
  {source, signal}: Pick<Io<Uploads>, 'source' | 'signal'>,
): Promise<UploadedFile> {
  const listed = await source.lookup(key, signal);
  if (listed === null) throw new Fault('not-found', `${printableKey(key)}: the file is gone`);
  if (listed.fault !== undefined) throw new Fault(listed.fault.kind, listed.fault.message);
  if (listed.size !== size)
    throw new Fault('changed', `${printableKey(key)}: the file has changed since it was hashed`);
  const {read} = source;
  if (read === undefined) throw new TypeError(`${source.label} has no files that can be read`);
  return {name: object, size, sha256, contentType: mime, read: ending => read(listed, {signal: ending})};
}
