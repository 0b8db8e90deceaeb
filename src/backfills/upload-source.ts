import type {Service} from '../core/service.ts';
import type {ObjectStore} from '../stores/object-store.ts';
import type {Provider} from '../stores/providers/provider.ts';

/** Folders on this machine, and the providers that their files go to. */
export interface UploadSource extends ObjectStore {
  /** By its id, or as an operator names it. Throws an OperatorError where there is none. */
  provider(named: string): Promise<Provider>;
  /** What an image looks like, as 16 hex digits; null for what can't be decoded. */
  looks(path: string, signal: AbortSignal): Promise<string | null>;
}

/** A provider whose objects are read. */
export interface ProviderSource {
  readonly id: string;
  readonly label: string;
  readonly service: Service;
  readonly provider: Provider;
}
