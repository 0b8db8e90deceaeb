import {Fault} from '../../core/failure.ts';
import type {Provider, UploadJournal} from '../../stores/providers/provider.ts';
import type {Effects} from '../effects.ts';
import {atProvider} from './at-provider.ts';
import type {UploadChange} from './change.ts';
import {clearObjects} from './clear-objects.ts';
import {uploadedFile} from './uploaded-file.ts';
import type {Uploads} from './uploads.ts';

export const uploadEffects: Effects<Uploads> = {
  host: async ({provider}, {source}) => (await source.provider(provider)).host,
  size: ({size}) => size,

  use: async ({provider, size}, {source}) => {
    const opened = await source.provider(provider);
    const requests = opened.requestsFor?.(size) ?? 0;
    return {at: opened.label, isLocal: opened.service === 'local', requests};
  },

  async apply(change, io, onProgress) {
    const {source, signal, kept} = io;
    const provider = await source.provider(change.provider);
    const file = await uploadedFile(change, io);
    const there = await atProvider(provider, () => provider.find(file, signal));
    const journal = kept.journal(provider.id);
    if (there === 'same') return endBegun(change, provider, journal, signal);
    if (there === 'other') throw another(change, provider);
    const {user, object, sha256} = change;
    await kept.making({user, provider: provider.id, object, sha256});
    await atProvider(provider, () => provider.upload(file, {signal, journal, onProgress}));
  },

  async abandon({source, kept, signal}) {
    for (const {provider: id, object, handle} of await kept.begun()) {
      const provider = await source.provider(id);
      await provider.abandon(object, handle, signal);
      await kept.journal(id).end(object);
    }
  },

  clear: clearObjects,

  record: ({key, user, provider, sha256, before}, {now}) =>
    sha256 === null
      ? null
      : {
          user,
          provider,
          sha256,
          status: 'success',
          note: '',
          assetId: before?.id ?? null,
          name: key,
          at: now(),
        },
};

/** Whoever was killed behind the last byte, or overtaken by somebody else, has left it open. */
async function endBegun(
  {object}: UploadChange,
  provider: Provider,
  journal: UploadJournal,
  signal: AbortSignal,
): Promise<void> {
  const handle = await journal.begun(object);
  if (handle === null) return;
  await provider.abandon(object, handle, signal);
  await journal.end(object);
}

function another({object}: UploadChange, {label}: Provider): Fault {
  return new Fault(
    'invalid',
    `${label} has something else under ${object}: it is not overwritten. Look at it, remove it there, and retry`,
  );
}
