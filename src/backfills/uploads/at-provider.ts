import {Fault} from '../../core/failure.ts';
import type {Provider} from '../../stores/providers/provider.ts';

/** Runs a request to a provider. A fault of it names the provider: a path of an object alone does not say where it lies. */
export async function atProvider<T>({label}: Pick<Provider, 'label'>, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    // A file that has changed is nothing of the provider's.
    if (!(error instanceof Fault) || error.kind === 'changed' || error.message.includes(label)) throw error;
    const {kind, message, host, retryAfterMs, isUnsettled} = error;
    throw new Fault(kind, `to ${label}: ${message}`, {
      ...(host === undefined ? {} : {host}),
      ...(retryAfterMs === undefined ? {} : {retryAfterMs}),
      isUnsettled,
      cause: error,
    });
  }
}
