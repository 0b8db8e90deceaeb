import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import type {ClientRequest} from 'node:http';
import {onTestFinished} from 'vitest';

/** The requests that go out while the test runs. */
export function watchRequests(): {readonly all: readonly ClientRequest[]; quiet(): Promise<void>} {
  const all: ClientRequest[] = [];
  const onStart = (message: unknown) => {
    if (isStart(message)) all.push(message.request);
  };
  subscribe('http.client.request.start', onStart);
  onTestFinished(() => void unsubscribe('http.client.request.start', onStart));
  const turn = () => new Promise(resolve => setImmediate(resolve));
  return {
    all,
    /** None is running, and what the last one brought has been looked at. */
    quiet: async () => {
      for (let calm = 0; calm < 3; await turn()) calm = all.every(({destroyed}) => destroyed) ? calm + 1 : 0;
    },
  };
}

function isStart(message: unknown): message is {readonly request: ClientRequest} {
  return typeof message === 'object' && message !== null && 'request' in message;
}
