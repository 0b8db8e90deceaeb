import type {BucketProviderOptions} from './bucket.ts';
import type {FolderProviderOptions} from './folder.ts';
import type {Provider} from './provider.ts';

/**
 * Every kind of provider: a new one is a file beside these, and a line in `kinds`. Each is loaded only for whoever
 * uploads there, for clients of services take a while.
 */
interface ProviderKinds {
  readonly folder: FolderProviderOptions;
  readonly bucket: BucketProviderOptions;
}

const kinds: {readonly [Kind in keyof ProviderKinds]: Opening<ProviderKinds[Kind]>} = {
  folder: async place => (await import('./folder.ts')).folderProvider(place),
  bucket: async place => (await import('./bucket.ts')).bucketProvider(place),
};

type Opening<Place> = (place: Place) => Promise<Provider>;

export function openProvider<Kind extends keyof ProviderKinds>(
  kind: Kind,
  place: ProviderKinds[Kind],
): Promise<Provider> {
  return kinds[kind](place);
}
