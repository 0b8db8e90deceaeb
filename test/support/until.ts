import type {StoreApi} from 'zustand/vanilla';

/** Resolves with the first state, from now on, of which it is true; how long that takes is the test's own limit. */
export function until<State>(store: StoreApi<State>, isSo: (state: State) => boolean): Promise<State> {
  const {promise, resolve} = Promise.withResolvers<State>();
  const state = store.getState();
  if (isSo(state)) return Promise.resolve(state);
  const unsubscribe = store.subscribe(now => {
    if (!isSo(now)) return;
    unsubscribe();
    resolve(now);
  });
  return promise;
}
